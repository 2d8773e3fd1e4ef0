//! A text that is put together in const evaluation.

const LIMIT: usize = 4096;

/// At most 4,096 bytes; what is beyond is cut off.
pub(crate) struct Text {
    bytes: [u8; LIMIT],
    len: usize,
}

impl Text {
    pub(crate) const fn new() -> Self {
        Text {
            bytes: [0; LIMIT],
            len: 0,
        }
    }

    pub(crate) const fn str(mut self, part: &str) -> Self {
        let part = part.as_bytes();
        // Only whole parts, so that no character is cut in two.
        if self.len + part.len() <= LIMIT {
            let mut i = 0;
            while i < part.len() {
                self.bytes[self.len + i] = part[i];
                i += 1;
            }
            self.len += part.len();
        }
        self
    }

    pub(crate) const fn number(self, n: u32) -> Self {
        let text = if n >= 10 { self.number(n / 10) } else { self };
        let digit = [b'0' + (n % 10) as u8];
        match std::str::from_utf8(&digit) {
            Ok(digit) => text.str(digit),
            Err(_) => text,
        }
    }

    pub(crate) const fn as_str(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "a text of whole parts is valid",
        }
    }
}
