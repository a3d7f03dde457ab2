//! Lists what lies under a prefix, page by page.
//!
//! <https://developers.cloudflare.com/r2/api/s3/api/>

use rusty_s3::actions::ListObjectsV2;

use super::error::R2ErrorKind;
use super::object::Depth;
use super::store::BODY_TRIES;
use super::{Object, R2Error, Store};
use crate::diagnostic::plain;
use crate::http::{CallError, CallErrorKind, Client};

/// A page has a thousand keys, of up to a kilobyte each, and a few hundred bytes beside each.
const PAGE_BYTES: usize = 8_000_000;
/// A list that does not end is stopped here.
const MOST_PAGES: u32 = 101;

/// An object of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key, whole.
    pub key: String,
    /// Bytes, as far as the list tells.
    pub size: u64,
    /// Without quotes. Equal means equal content; it is no digest.
    pub etag: Option<String>,
}

struct Page {
    objects: Vec<ListedObject>,
    next: Option<String>,
}

impl Store {
    /// The objects under a prefix.
    ///
    /// # Errors
    /// [`R2Error`], about the bucket and the prefix.
    pub async fn list(&self, client: &Client, place: &Object, depth: Depth) -> Result<Vec<ListedObject>, R2Error> {
        let (mut objects, mut token) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let Page { objects: more, next } = self.page(client, place, depth, token.as_deref()).await?;
            objects.extend(more);
            match next {
                None => return Ok(objects),
                Some(_) if next == token => break,
                Some(_) => token = next,
            }
        }
        Err(self.unusable(place, "the list does not end".into()))
    }

    /// One page; a connection that broke is taken up again.
    async fn page(&self, client: &Client, place: &Object, depth: Depth, token: Option<&str>) -> Result<Page, R2Error> {
        let mut broken = String::new();
        for _ in 0..BODY_TRIES {
            let opened = self.send(client, place, &|signer| signer.list(depth, token)).await?;
            match client.read(opened, PAGE_BYTES).await {
                Ok(bytes) if bytes.len() > PAGE_BYTES => {
                    return Err(self.unusable(place, "a page of the list has no end".into()));
                }
                Ok(bytes) => return parse(&bytes).map_err(|reason| self.unusable(place, reason)),
                Err(error) if error.aborted => return Err(self.call_failed(place, client.stop())),
                Err(error) => broken = error.message,
            }
        }
        Err(self.call_failed(place, CallErrorKind::Unanswered { reason: broken }))
    }

    fn unusable(&self, place: &Object, reason: String) -> R2Error {
        self.call_failed(place, CallErrorKind::Malformed { reason, cf_ray: None })
    }

    fn call_failed(&self, place: &Object, kind: CallErrorKind) -> R2Error {
        let target = format!("GET r2://{}/{}", place.bucket, plain(&place.key, 300));
        self.failed(place, R2ErrorKind::Call(CallError { target, tries: 1, may_have_arrived: false, kind }))
    }
}

fn parse(bytes: &[u8]) -> Result<Page, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("the list is no text: {error}"))?;
    let page = ListObjectsV2::parse_response(text)
        .map_err(|error| format!("the list can't be read: {}", plain(&error.to_string(), 200)))?;
    let object = |listed: rusty_s3::actions::list_objects_v2::ListObjectsContent| ListedObject {
        key: listed.key,
        size: listed.size.unwrap_or_default(),
        etag: listed.etag.map(|etag| etag.trim_matches('"').to_owned()),
    };
    Ok(Page { objects: page.contents.into_iter().map(object).collect(), next: page.next_continuation_token })
}

#[cfg(test)]
mod tests {
    use super::{ListedObject, parse};

    const PAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>code</Name><Prefix>db/</Prefix>
<KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
<NextContinuationToken>next</NextContinuationToken><Contents><Key>db/0001_a+b.sql</Key><Size>12</Size><ETag>"e"</ETag>
<LastModified>2026-07-01T10:00:00.000Z</LastModified><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"#;

    #[test]
    fn a_page_tells_its_objects_and_where_to_go_on() {
        let page = parse(PAGE.as_bytes()).expect("a page");
        assert_eq!(page.objects, [ListedObject { key: "db/0001_a b.sql".into(), size: 12, etag: Some("e".into()) }]);
        assert_eq!(page.next.as_deref(), Some("next"));
        let last = PAGE.replace("true", "false").replace("<NextContinuationToken>next</NextContinuationToken>", "");
        assert_eq!(parse(last.as_bytes()).expect("a page").next, None);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in ["", "<html></html>", "{}", "<ListBucketResult>", &PAGE.replace("<Key>db", "<Koy>db")] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(&[0xff, 0xfe]).is_err());
        let endless = PAGE.replace("<NextContinuationToken>next</NextContinuationToken>", "");
        assert!(parse(endless.as_bytes()).is_err(), "more is there, and nobody says where");
    }
}
