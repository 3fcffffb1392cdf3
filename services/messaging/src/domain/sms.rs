//! Text messages: a wording and the values that fill it.

use shiming_kernel::Redacted;

/// Which wording a text message uses. Each provider knows it by an id of its own, approved beforehand by the carriers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SmsWording {
    /// 验证码: the code, and the minutes it lives.
    Code,
}

impl SmsWording {
    /// The name of each value, in the order in which the wording uses them.
    pub(crate) const fn params(self) -> &'static [&'static str] {
        match self {
            Self::Code => &["code", "minutes"],
        }
    }

    /// The wording, as the console provider shows it and the carriers have approved it.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Code => {
                "【实名办税】您的验证码是{code}，{minutes}分钟内有效。请勿告诉他人，税务机关工作人员不会向您索要。"
            }
        }
    }

    /// The longest value allowed: what the carriers accept in one variable.
    pub(crate) const MAX_VALUE_CHARS: usize = 12;
}

/// A text message that is ready to go. Its values are secret: they hold the code.
#[derive(Clone, Debug)]
pub(crate) struct SmsText {
    /// The wording.
    pub(crate) wording: SmsWording,
    /// The values, in the wording's order.
    pub(crate) values: Vec<Redacted<String>>,
}

impl SmsText {
    /// The whole text.
    pub(crate) fn full_text(&self) -> Redacted<String> {
        let mut text = self.wording.text().to_owned();
        for (name, value) in self.wording.params().iter().zip(&self.values) {
            text = text.replace(&format!("{{{name}}}"), value.expose());
        }
        Redacted::from(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_order_and_shows_nothing_in_debug() {
        let text = SmsText {
            wording: SmsWording::Code,
            values: vec![Redacted::from("123456".to_owned()), Redacted::from("5".to_owned())],
        };
        assert!(text.full_text().expose().contains("123456，5分钟"));
        assert!(!format!("{text:?}").contains("123456"));
    }
}
