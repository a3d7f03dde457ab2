//! The envelope around every JSON answer.
//!
//! `{"success": …, "errors": […], "messages": […], "result": …, "result_info": {…}}`, read tolerantly:
//! members may be null, missing or more than we know; a 204 has none of it.
//!
//! <https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/>

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::http::Answer;
use crate::model::typed;

/// An answer's JSON.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Envelope {
    /// Whether Cloudflare did it; a 2xx status alone says nothing.
    #[serde(default)]
    pub success: bool,
    /// Why not.
    #[serde(default, deserialize_with = "tolerant")]
    pub errors: Vec<ApiMessage>,
    /// What was asked for.
    #[serde(default)]
    pub result: Option<Value>,
    /// Where a list stands.
    #[serde(default)]
    pub result_info: Option<ResultInfo>,
}

/// One error of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiMessage {
    /// Cloudflare's code.
    pub code: Option<i64>,
    /// Its text.
    pub message: String,
    /// The real causes, where it only wraps them.
    pub chain: Vec<ApiMessage>,
}

/// Where a list stands, as far as that is told: members may be missing, and load balancers say 2^63 - 1 a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ResultInfo {
    /// Entries a page.
    #[serde(default, deserialize_with = "count")]
    pub per_page: Option<u64>,
    /// Entries in all.
    #[serde(default, deserialize_with = "count")]
    pub total_count: Option<u64>,
    /// Pages in all.
    #[serde(default, deserialize_with = "count")]
    pub total_pages: Option<u64>,
}

/// Reads an envelope, or says what is wrong with the text.
pub(crate) fn read(answer: &Answer) -> Result<Envelope, String> {
    if answer.body.is_empty() && matches!(answer.status, 204 | 205) {
        return Ok(Envelope { success: true, ..Envelope::default() });
    }
    // By way of a value, for which alone the engine holds a parser of JSON text.
    let value: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    typed(value).map_err(|error| error.to_string())
}

/// A count that only helps to find the end of a list: anything else than one tells nothing.
fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Value::deserialize(deserializer).map(|value| value.as_u64())
}

/// Errors as they come: null, bare strings, numbers as text.
fn tolerant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ApiMessage>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_array().map(|list| list.iter().map(|item| message(item, 4)).collect()).unwrap_or_default())
}

fn message(item: &Value, depth: u8) -> ApiMessage {
    if let Some(text) = item.as_str() {
        return ApiMessage { message: text.to_owned(), ..ApiMessage::default() };
    }
    let code = item.get("code").and_then(|code| code.as_i64().or_else(|| code.as_str()?.parse().ok()));
    let text = item.get("message").and_then(Value::as_str).unwrap_or_default();
    let details = item.pointer("/meta/details").and_then(Value::as_array).into_iter().flatten();
    let details: Vec<String> = details.filter_map(detail).collect();
    let chain = item.get("error_chain").and_then(Value::as_array).filter(|_| depth > 0);
    let chain = chain.map(|chain| chain.iter().map(|item| message(item, depth - 1)).collect()).unwrap_or_default();
    let message = if details.is_empty() { text.to_owned() } else { format!("{text} {}", details.join("; ")) };
    ApiMessage { code, message, chain }
}

/// What is wrong with one class of Durable Objects.
fn detail(detail: &Value) -> Option<String> {
    let text = |member: &str| detail.get(member).and_then(Value::as_str);
    let what = format!("class `{}`: {}", text("class")?, text("message").or_else(|| text("scenario"))?);
    let scripts = detail.get("referencing_scripts").and_then(Value::as_array).into_iter().flatten();
    let scripts: Vec<&str> = scripts.filter_map(Value::as_str).collect();
    let what = if scripts.is_empty() { what } else { format!("{what} (bound by {})", scripts.join(", ")) };
    Some(text("suggestion").map_or_else(|| what.clone(), |suggestion| format!("{what}: {suggestion}")))
}

/// For lists and maps that may be null: null is empty.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::http::Answer;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn what_is_wrong_with_each_class_is_told_with_the_error() {
        let details = r#"[{"class":"Room","scenario":"x","message":"still bound","referencing_scripts":["a","b"]},
            {"class":"Hall","scenario":"storage_type_mismatch","suggestion":"say `sqlite`"},{"class":7}]"#;
        let body = format!(
            r#"{{"success":false,"errors":[{{"code":100402,"message":"no.","meta":{{"details":{details}}}}}]}}"#
        );
        let read = read(&answer(400, &body)).expect("an envelope");
        let said = "no. class `Room`: still bound (bound by a, b); class `Hall`: storage_type_mismatch: say `sqlite`";
        assert_eq!(read.errors.first().map(|error| error.message.as_str()), Some(said));
    }

    #[test]
    fn takes_what_cloudflare_really_sends() {
        for body in [
            r#"{"success":true,"errors":[],"messages":[],"result":{}}"#,
            r#"{"success":true,"errors":null,"messages":null,"result":null}"#,
            r#"{"success":true,"messages":["bare text"]}"#,
            r#"{"success":true,"result":[1],"result_info":{"page":1,"count":1,"new":{}},"brand_new":1}"#,
            r#"{"success":true,"result":[],"result_info":{"per_page":9223372036854775807,"total_pages":null}}"#,
            r#"{"success":true,"result":[],"result_info":{"per_page":1e300,"total_count":"3","total_pages":-1}}"#,
            r#"{"success":true,"result":[],"result_info":null}"#,
        ] {
            assert!(read(&answer(200, body)).is_ok_and(|envelope| envelope.success), "{body}");
        }
        assert!(read(&answer(204, "")).is_ok_and(|envelope| envelope.success));
        assert!(read(&answer(200, "")).is_err());
        assert!(read(&answer(200, "<html>")).is_err());
    }

    #[test]
    fn reads_errors_of_every_shape() {
        let body = r#"{"success":false,"errors":["text",{"code":"971","message":"m"},
            {"code":1004,"message":"outer","error_chain":[{"code":9005,"message":"inner"}]},null,7]}"#;
        let errors = read(&answer(400, body)).expect("an envelope").errors;
        let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
        assert_eq!(codes, [None, Some(971), Some(1004), None, None]);
        assert_eq!(errors[2].chain[0].code, Some(9005));
    }
}
