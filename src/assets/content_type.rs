//! Content types by the ends of names.

/// With which content type a file is served; none where its name tells nothing. Texts are in UTF-8, as wrangler has it.
pub(super) fn of(path: &str) -> Option<String> {
    let guessed = match mime_guess::from_path(path).first_raw()? {
        // The older name of the same; RFC 9239 has one for all JavaScript.
        "application/javascript" => "text/javascript",
        guessed => guessed,
    };
    let is_text = guessed.starts_with("text/");
    Some(if is_text { format!("{guessed}; charset=utf-8") } else { guessed.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn names_tell_types_and_texts_are_in_utf_8() {
        for (path, wanted) in [
            ("/index.html", Some("text/html; charset=utf-8")),
            ("/app.js", Some("text/javascript; charset=utf-8")),
            ("/app.mjs", Some("text/javascript; charset=utf-8")),
            ("/style.css", Some("text/css; charset=utf-8")),
            ("/data.json", Some("application/json")),
            ("/photo.PNG", Some("image/png")),
            ("/font.woff2", Some("font/woff2")),
            ("/icon.svg", Some("image/svg+xml")),
            ("/code.wasm", Some("application/wasm")),
            ("/LICENSE", None),
            ("/a.made-up", None),
        ] {
            assert_eq!(of(path).as_deref(), wanted, "{path}");
        }
    }
}
