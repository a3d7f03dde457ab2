//! Objects in R2 as its S3 interface gives them: bundles, and files of migrations.

use super::{Account, Call};
use crate::world::Reply;
use crate::{files, names};

impl Account {
    pub(super) fn object(&mut self, call: &Call) -> Reply {
        let signed = call.query.iter().any(|(name, _)| name == "X-Amz-Signature");
        let (bucket, key) =
            call.path.split_first().map(|(bucket, key)| (bucket.as_str(), key.join("/"))).unwrap_or_default();
        if bucket == names::BUCKET && key.is_empty() && signed && call.query_value("list-type") == Some("2") {
            return listing(call.query_value("prefix").unwrap_or_default());
        }
        let file = || files::objects().find(|(known, _)| *known == key).map(|(_, text)| text);
        let bytes = if bucket == names::BUCKET { names::bundle(&key).or_else(file) } else { None };
        match bytes {
            Some(bytes) if signed && matches!(call.method, "GET" | "HEAD") => {
                let etag = format!("\"etag-of-{key}\"");
                let headers = [("etag", etag), ("content-length", bytes.len().to_string())];
                let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
                Reply { status: 200, headers, body: bytes.into_bytes() }
            }
            _ => {
                self.alarm(format!("an object that nobody may ask for: {}", call.target()));
                Reply { status: 404, headers: Vec::new(), body: b"<Error><Code>NoSuchKey</Code></Error>".to_vec() }
            }
        }
    }
}

/// The objects under a prefix, as S3 lists them.
fn listing(prefix: &str) -> Reply {
    let objects = files::objects().filter(|(key, _)| key.starts_with(prefix));
    let contents: String = objects
        .map(|(key, text)| format!("<Contents><Key>{key}</Key><Size>{}</Size><ETag>\"e\"</ETag><LastModified>2026-07-01T10:00:00.000Z</LastModified><StorageClass>STANDARD</StorageClass></Contents>", text.len()))
        .collect();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name>\
         <Prefix>{prefix}</Prefix><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>{contents}\
         </ListBucketResult>",
        names::BUCKET
    );
    Reply { status: 200, headers: Vec::new(), body: body.into_bytes() }
}
