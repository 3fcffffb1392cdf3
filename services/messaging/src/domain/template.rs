//! The words of messages and to-dos. What is stored is a template's name and its params; the words are made when somebody reads, so
//! that mending a word mends old messages too.

use std::collections::BTreeMap;

/// What fills a template: masked values only.
pub(crate) type Params = BTreeMap<String, String>;

/// The words of one message or to-do.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// One line.
    pub(crate) title: String,
    /// Plain text; the pages escape it.
    pub(crate) body: String,
    /// A path of the pages, or empty.
    pub(crate) link: &'static str,
}

/// One wording. A name that isn't listed here is refused when it arrives, so that nothing without words is ever stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    name: &'static str,
    title: &'static str,
    body: &'static str,
    link: &'static str,
}

const TEMPLATES: &[Template] = &[
    Template {
        name: "COLLECTION_COMPLETED",
        title: "实名采集已完成",
        body: "您已完成实名采集，可以登录办税并申请企业办税身份。如非本人操作，请尽快联系主管税务机关。",
        link: "/me",
    },
    Template {
        name: "APPLICATION_SUBMITTED",
        title: "办税身份申请已提交",
        body: "您已申请担任{enterprise}的{role}，等待企业审批。结果会在这里通知您。",
        link: "/enterprise/apply",
    },
    Template {
        name: "APPLICATION_TO_DECIDE",
        title: "办税身份待审批",
        body: "{applicant}申请担任{enterprise}的{role}，请您审批。",
        link: "/enterprise/review",
    },
    Template {
        name: "APPLICATION_APPROVED",
        title: "办税身份申请已同意",
        body: "您担任{enterprise}{role}的申请已获同意，现在可以切换到该企业办理业务。",
        link: "/enterprise/switch",
    },
    Template {
        name: "APPLICATION_REJECTED",
        title: "办税身份申请被拒绝",
        body: "您担任{enterprise}{role}的申请未获同意。如有疑问，请联系该企业的法定代表人或财务负责人。",
        link: "/enterprise/apply",
    },
    Template {
        name: "APPLICATION_EXPIRED",
        title: "办税身份申请已过期",
        body: "您担任{enterprise}{role}的申请在有效期内未被审批，已自动失效。如仍需要，请重新申请。",
        link: "/enterprise/apply",
    },
    Template {
        name: "BINDING_FROM_REGISTRY",
        title: "已取得企业办税身份",
        body: "根据税务登记信息，您已取得{enterprise}的{role}身份。如非本人任职，请尽快联系主管税务机关。",
        link: "/enterprise/manage",
    },
    Template {
        name: "FACE_ATTACK_SUSPECTED",
        title: "有人尝试冒用您的人脸",
        body: "以您的身份进行的一次人脸识别未能确认是本人在镜头前，已被拒绝。如非本人操作，请尽快联系主管税务机关。",
        link: "/me",
    },
    Template {
        name: "BINDING_SUSPENDED",
        title: "企业办税身份已暂停",
        body: "{enterprise}的税务登记信息已变更，您的{role}身份已暂停使用。",
        link: "/enterprise/manage",
    },
];

impl Template {
    /// The template of that name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.name == name)
    }

    /// Its name, as stored.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The words, with each `{param}` filled in once: a value that looks like a placeholder stays as it is.
    pub(crate) fn render(&self, params: &Params) -> Rendered {
        Rendered { title: fill(self.title, params), body: fill(self.body, params), link: self.link }
    }
}

fn fill(text: &str, params: &Params) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(params.get(name).map_or("", String::as_str));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn fills_what_it_knows_and_leaves_nothing_open() {
        let words = Template::named("APPLICATION_TO_DECIDE").unwrap().render(&params(&[
            ("applicant", "李*"),
            ("enterprise", "宁夏示例科技有限公司"),
            ("role", "办税员"),
        ]));
        assert_eq!(words.body, "李*申请担任宁夏示例科技有限公司的办税员，请您审批。");
        for template in TEMPLATES {
            assert!(!template.render(&Params::new()).body.contains(['{', '}']), "{}", template.name());
        }
    }

    #[test]
    fn a_value_is_never_taken_for_a_placeholder() {
        let words = Template::named("BINDING_SUSPENDED")
            .unwrap()
            .render(&params(&[("enterprise", "{role}{"), ("role", "办税员")]));
        assert!(words.body.starts_with("{role}{的税务登记"), "{}", words.body);
    }

    #[test]
    fn links_are_paths_of_our_own_pages() {
        for template in TEMPLATES {
            assert!(
                template.link.starts_with('/') && !template.link.starts_with("//"),
                "{}",
                template.name()
            );
        }
    }

    #[test]
    fn an_unknown_name_has_no_words() {
        assert!(Template::named("NONSENSE").is_none());
    }
}
