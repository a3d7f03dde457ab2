//! Which statements of a migration would end the transaction that it is applied in.
//!
//! Follows the state machine of SQLite's own `sqlite3_complete`: comments, quoted text, and triggers, whose body holds
//! statements of its own. <https://www.sqlite.org/c3ref/complete.html>

/// Statements that begin with one of these begin or end a transaction.
const OF_TRANSACTIONS: [&str; 6] = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    End,
    Other,
}

/// The first statement that begins or ends a transaction: its word in capitals, and its line.
pub(super) fn of_transactions(sql: &str) -> Option<(String, usize)> {
    let mut statement: Vec<Token> = Vec::new();
    for (token, line) in tokens(sql) {
        if let (true, Token::Word(word)) = (statement.is_empty(), &token)
            && OF_TRANSACTIONS.contains(&word.as_str())
        {
            return Some((word.clone(), line));
        }
        let ends = token == Token::End && (!makes_trigger(&statement) || ends_trigger(&statement));
        if ends {
            statement.clear();
        } else {
            statement.push(token);
        }
    }
    None
}

fn makes_trigger(statement: &[Token]) -> bool {
    let words: Vec<&str> = statement.iter().take(3).map(Token::word).collect();
    matches!(words.as_slice(), ["CREATE", "TRIGGER", ..] | ["CREATE", "TEMP" | "TEMPORARY", "TRIGGER"])
}

/// `; END` stands before the semicolon that ends a trigger.
fn ends_trigger(statement: &[Token]) -> bool {
    matches!(statement, [.., Token::End, Token::Word(word)] if word == "END")
}

impl Token {
    fn word(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::End | Self::Other => "",
        }
    }
}

/// Tokens with their lines; comments and blanks are none. A semicolon without a statement is none either.
fn tokens(sql: &str) -> Vec<(Token, usize)> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = length_of(rest, first);
        let (text, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let token = match first {
            ';' => Some(Token::End),
            _ if is_of_word(first) => Some(Token::Word(text.to_ascii_uppercase())),
            _ if first.is_whitespace() || text.starts_with("--") || text.starts_with("/*") => None,
            _ => Some(Token::Other),
        };
        tokens.extend(token.map(|token| (token, line)));
        line += text.matches('\n').count();
        rest = after;
    }
    tokens
}

/// Bytes of what starts here.
fn length_of(rest: &str, first: char) -> usize {
    let up_to = |end: &str, from: usize| {
        let found = rest.get(from..).and_then(|inner| inner.find(end));
        found.map_or(rest.len(), |place| from + place + end.len())
    };
    match first {
        _ if rest.starts_with("--") => up_to("\n", 2),
        _ if rest.starts_with("/*") => up_to("*/", 2),
        '\'' | '"' | '`' => up_to(&first.to_string(), 1),
        '[' => up_to("]", 1),
        _ if is_of_word(first) => rest.find(|other| !is_of_word(other)).unwrap_or(rest.len()),
        _ => first.len_utf8(),
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
mod tests {
    use super::of_transactions;

    fn word(sql: &str) -> Option<String> {
        of_transactions(sql).map(|(word, line)| format!("{word} {line}"))
    }

    #[test]
    fn finds_a_statement_that_begins_or_ends_a_transaction() {
        assert_eq!(word("begin transaction;"), Some("BEGIN 1".into()));
        assert_eq!(word("CREATE TABLE a (b);\n\nCOMMIT;"), Some("COMMIT 3".into()));
        assert_eq!(word("-- x\n/* y\n*/ savepoint s"), Some("SAVEPOINT 3".into()));
        assert_eq!(word("SELECT 1;; ROLLBACK"), Some("ROLLBACK 1".into()));
        assert_eq!(word("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;\nEND;"), Some("END 2".into()));
    }

    #[test]
    fn leaves_the_same_words_alone_where_they_begin_no_statement() {
        for sql in [
            "",
            "CREATE TABLE \"begin\" (commit_at); -- COMMIT;\n/* BEGIN; */",
            "INSERT INTO a VALUES ('it''s; BEGIN;');",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 2 END; SELECT 1; END;",
            "create temp trigger t after insert on a begin select 1; end; select 2;",
            "SELECT `;COMMIT`, [;COMMIT] FROM a",
            "SELECT 'never closed; COMMIT;",
        ] {
            assert_eq!(word(sql), None, "{sql}");
        }
    }
}
