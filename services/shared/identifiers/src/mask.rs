//! What may be shown of personal values by default. Each takes any text and never shows all of it.

use crate::name::is_variation_selector;

/// What is shown of a day that a masked number hides.
pub const MASKED_DATE: &str = "****-**-**";

/// `640101********0015`; shorter numbers show two characters at each end, the shortest one at the front.
pub fn mask_document(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    match chars.len() {
        15.. => cover(&chars, 6, 4),
        8..15 => cover(&chars, 2, 2),
        2..8 => cover(&chars, 1, 0),
        length => "*".repeat(length),
    }
}

/// `138****8000`; other lengths show the last two digits.
pub fn mask_mobile(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    match chars.len() {
        11 => cover(&chars, 3, 4),
        6.. => cover(&chars, 0, 2),
        length => "*".repeat(length),
    }
}

/// 张*, 张*丰, 欧**娜; a variation selector belongs to the character before it.
pub fn mask_name(name: &str) -> String {
    let mut letters: Vec<String> = Vec::new();
    for c in name.chars() {
        match letters.last_mut() {
            Some(last) if is_variation_selector(c) => last.push(c),
            _ => letters.push(c.to_string()),
        }
    }
    match letters.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

/// `a***@x.cn`; what is no address shows nothing.
pub fn mask_email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let first = local.chars().take(usize::from(local.chars().nth(1).is_some()));
            format!("{}***@{domain}", first.collect::<String>())
        }
        None => "***".to_owned(),
    }
}

/// 宁夏回族自治区银川市兴庆区****: province, city and district, as far as they can be told from the rest with certainty.
pub fn mask_address(address: &str) -> String {
    let chars: Vec<char> = address.chars().filter(|c| !c.is_whitespace()).collect();
    let mut shown = 0;
    for level in [&PROVINCE, &CITY, &DISTRICT] {
        shown += level.length(&chars[shown..]);
    }
    let rest = if shown < chars.len() || chars.is_empty() { "****" } else { "" };
    chars[..shown].iter().collect::<String>() + rest
}

/// One level of an address: the shortest beginning that ends like the level's names do.
struct Level {
    endings: &'static [&'static str],
    longest: usize,
    /// Characters after the first that show the text has gone past this level.
    beyond: &'static [char],
}

const PROVINCE: Level = Level {
    endings: &["省", "自治区", "特别行政区", "北京市", "天津市", "上海市", "重庆市"],
    longest: 10,
    beyond: &['市', '县', '区', '旗', '盟'],
};
const CITY: Level =
    Level {
        endings: &["市", "地区", "自治州", "盟"], longest: 12, beyond: &['区', '县', '旗', '镇', '乡']
    };
const DISTRICT: Level =
    Level { endings: &["区", "县", "旗", "市"], longest: 14, beyond: &['镇', '乡'] };
const STREET: &[char] = &['路', '街', '道', '巷', '弄', '号', '村', '楼', '栋', '幢', '室', '园'];
const NO_DISTRICT: &[&str] = &["小区", "社区", "厂区", "校区", "院区", "景区", "库区", "住宅区", "宿舍区"];

impl Level {
    fn length(&self, chars: &[char]) -> usize {
        let mut seen = String::new();
        for (index, c) in chars.iter().take(self.longest).enumerate() {
            seen.push(*c);
            let named = self.endings.iter().any(|ending| seen.ends_with(ending)) && index > 0;
            if named && !NO_DISTRICT.iter().any(|ending| seen.ends_with(ending)) {
                return index + 1;
            }
            // The first character may be anything: 路北区, 道里区 and 市中区 are districts.
            let past = index > 0 && (STREET.contains(c) || self.beyond.contains(c));
            if past || named || c.is_ascii_digit() || !c.is_alphabetic() {
                return 0;
            }
        }
        0
    }
}

fn cover(chars: &[char], front: usize, back: usize) -> String {
    let stars = chars.len().saturating_sub(front + back);
    chars[..front]
        .iter()
        .copied()
        .chain(std::iter::repeat_n('*', stars))
        .chain(chars[chars.len() - back..].iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mask: fn(&str) -> String, cases: &[(&str, &str)]) {
        for (text, masked) in cases {
            assert_eq!(&mask(text), masked, "{text}");
        }
    }

    #[test]
    fn documents() {
        check(
            mask_document,
            &[
                ("640101199003070015", "640101********0015"),
                ("CAN110081080310", "CAN110*****0310"),
                ("H12345678", "H1*****78"),
                ("E1234", "E****"),
                ("1", "*"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn mobiles() {
        check(
            mask_mobile,
            &[
                ("13800138000", "138****8000"),
                ("85212345678", "852****5678"),
                ("1234567", "*****67"),
                ("12", "**"),
            ],
        );
    }

    #[test]
    fn names() {
        check(
            mask_name,
            &[
                ("张三", "张*"),
                ("张三丰", "张*丰"),
                ("欧阳娜娜", "欧**娜"),
                ("\u{20BB7}野", "\u{20BB7}*"),
                ("葛\u{E0100}洪", "葛\u{E0100}*"),
                ("张", "*"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn emails() {
        check(
            mask_email,
            &[
                ("abc@x.cn", "a***@x.cn"),
                ("a@x.cn", "***@x.cn"),
                ("@x.cn", "***@x.cn"),
                ("abc", "***"),
                ("", "***"),
            ],
        );
    }

    #[test]
    fn addresses_are_shown_to_the_district() {
        check(
            mask_address,
            &[
                ("宁夏回族自治区银川市兴庆区解放西街1号", "宁夏回族自治区银川市兴庆区****"),
                ("北京市朝阳区建国路88号超市", "北京市朝阳区****"),
                ("重庆市云阳县双江街道", "重庆市云阳县****"),
                ("浙江省金华市义乌市稠城街道", "浙江省金华市义乌市****"),
                ("山东省济南市市中区经四路1号", "山东省济南市市中区****"),
                ("河北省唐山市路北区新华道", "河北省唐山市路北区****"),
                ("黑龙江省哈尔滨市道里区中央大街", "黑龙江省哈尔滨市道里区****"),
                ("吉林省延边朝鲜族自治州延吉市光明街", "吉林省延边朝鲜族自治州延吉市****"),
                ("内蒙古自治区锡林郭勒盟正蓝旗上都镇", "内蒙古自治区锡林郭勒盟正蓝旗****"),
                ("新疆维吾尔自治区喀什地区疏勒县", "新疆维吾尔自治区喀什地区疏勒县"),
                ("香港特别行政区九龙", "香港特别行政区****"),
                ("贵州省赤水河畔", "贵州省****"),
                ("上海浦东新区张江路1号", "上海浦东新区****"),
            ],
        );
    }

    #[test]
    fn an_address_that_is_not_understood_shows_nothing() {
        check(
            mask_address,
            &[
                ("阳光小区3栋", "****"),
                ("解放路12号幸福社区", "****"),
                ("10 Downing Street", "****"),
                ("", "****"),
            ],
        );
    }
}
