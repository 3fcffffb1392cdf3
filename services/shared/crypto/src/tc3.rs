//! TC3-HMAC-SHA256: how Tencent Cloud's API 3.0 knows who asks. Pure; checked against the vendor's published example.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use chrono::{DateTime, Utc};

/// An account's secret, for one of the vendor's services.
#[derive(Clone, Copy)]
pub struct Tc3Signer<'a> {
    /// `SecretId`.
    pub id: &'a str,
    /// `SecretKey`.
    pub key: &'a str,
    /// `sms`, `cvm`, `faceid`, …
    pub service: &'a str,
}

const SIGNED_HEADERS: &str = "content-type;host";

impl Tc3Signer<'_> {
    /// The `Authorization` header of a POST to `/` at `time`; `host` and `content_type` as the request's headers have them.
    pub fn authorization(&self, host: &str, content_type: &str, body: &[u8], time: DateTime<Utc>) -> String {
        let date = time.format("%Y-%m-%d").to_string();
        let scope = format!("{date}/{}/tc3_request", self.service);
        let canonical = format!(
            "POST\n/\n\ncontent-type:{content_type}\nhost:{host}\n\n{SIGNED_HEADERS}\n{}",
            sha256_hex(body)
        );
        let to_sign =
            format!("TC3-HMAC-SHA256\n{}\n{scope}\n{}", time.timestamp(), sha256_hex(canonical.as_bytes()));
        let date_key = mac(format!("TC3{}", self.key).as_bytes(), date.as_bytes());
        let service_key = mac(date_key.as_ref(), self.service.as_bytes());
        let signing_key = mac(service_key.as_ref(), b"tc3_request");
        let signature = hex::encode(mac(signing_key.as_ref(), to_sign.as_bytes()));
        format!(
            "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}",
            self.id
        )
    }
}

impl fmt::Debug for Tc3Signer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tc3Signer")
            .field("id", &self.id)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

fn mac(key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the vendor's documentation, "签名方法 v3".
    #[test]
    fn signs_as_the_vendor_documents() {
        let body =
            br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let signer = Tc3Signer { id: "AKIDEXAMPLE", key: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", service: "cvm" };
        let time = DateTime::from_timestamp(1_551_113_065, 0).unwrap();
        let header =
            signer.authorization("cvm.tencentcloudapi.com", "application/json; charset=utf-8", body, time);
        assert_eq!(
            header,
            "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, \
             Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
    }
}
