"""Records presigned URLs of botocore, for `tests/botocore.rs`. Needs `pip install botocore==1.44.8`; CI does not run it.

    python3 botocore-vectors.py > botocore-vectors.json
"""

import json
import random
import sys
from datetime import datetime, timezone
from unittest import mock
from urllib.parse import quote

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

EXPIRES = 600
CLOUDFLARE = "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com"
LOCAL = "http://127.0.0.1:8788"
SHA256 = "0f1e2d3c"
CONTENT_TYPE = "application/javascript"
KEYS = [
    "hello/worker.js",
    "v1.0.0/ä b+c.js",
    "a'(b)*!~&=?#%.js",
    "a//b/",
    "/leading",
    "//two",
    "trailing/",
    "%25/%2F",
    "%2e%2e/x",
    "a/...",
    ".../b",
    ".hidden/..visible",
    "😀",
    "日本語/ファイル.js",
    "e\u0301 and é",
    '"quoted" <tag> {brace} [bracket] |pipe| \\back `tick` ^',
    "semi;colon,comma:colon@at$dollar",
    "x" * 1024,
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "X-Amz-Signature=forged&X-Amz-Expires=1",
]
ALPHABET = "abcXYZ019 /._-~!*'();:@&=+$,?#[]%{}|\\^`<>\"äßሴ😀"
HEADERS = {
    "GET": {},
    "HEAD": {},
    "PUT": {"content-type": CONTENT_TYPE, "x-amz-meta-sha256": SHA256, "if-none-match": "*"},
    "PUT over": {"content-type": CONTENT_TYPE, "x-amz-meta-sha256": SHA256},
}


def vector(rng, operation, key):
    given = {
        "operation": operation,
        "endpoint": rng.choice([CLOUDFLARE, LOCAL]),
        "bucket": rng.choice(["bundles", "a-1", "0" * 63]),
        "key": key,
        "accessKeyId": "%032x" % rng.getrandbits(128),
        "secretAccessKey": rng.choice(["%064x" % rng.getrandbits(256), "short", "with/+= and blank"]),
        "sessionToken": rng.choice([None, None, "session+/=token", "jwt/eyJhbGciOiJIUzI1NiJ9.e30.abc-_"]),
        "seconds": rng.randrange(1_790_000_000, 1_990_000_000),
    }
    return {**given, "signature": signature(given)}


def signature(given):
    url = f"{given['endpoint']}/{given['bucket']}/{quote(given['key'], safe='/~')}"
    method = given["operation"].split()[0]
    request = AWSRequest(method=method, url=url, headers=dict(HEADERS[given["operation"]]))
    keys = Credentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"])
    now = datetime.fromtimestamp(given["seconds"], timezone.utc).replace(tzinfo=None)
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: now):
        botocore.auth.S3SigV4QueryAuth(keys, "s3", "auto", expires=EXPIRES).add_auth(request)
    return request.url.rsplit("X-Amz-Signature=", 1)[1]


def generated_key(rng):
    while True:
        key = "".join(rng.choice(ALPHABET) for _ in range(rng.randrange(1, 40)))
        if not {".", ".."} & set(key.split("/")):
            return key


def main():
    rng = random.Random(20261125)
    keys = KEYS + [generated_key(rng) for _ in range(30)]
    vectors = [vector(rng, operation, key) for key in keys for operation in HEADERS]
    json.dump({"botocore": botocore.__version__, "vectors": vectors}, sys.stdout, indent=2, ensure_ascii=True)
    print()


main()
