//! Between the contract's messages and the domain. Everything that arrives is checked here.

use std::collections::HashMap;

use shiming_identifiers::Mobile;
use shiming_kernel::Redacted;
use shiming_proto::messaging::v1 as proto;
use shiming_rpc::convert::{InvalidField, known_enum, parse_id, timestamp};
use shiming_store::Page;

use crate::app::{Event, MessageDraft, MessageView, SendSms, TodoDraft, TodoView};
use crate::domain::{Counts, Params, SmsText, SmsWording, Template};
use crate::error::MessagingError;

/// The most events of one batch.
const MAX_EVENTS: usize = 100;
const MAX_VALUE_CHARS: usize = 200;

impl From<InvalidField> for MessagingError {
    fn from(invalid: InvalidField) -> Self {
        Self::Invalid(invalid.into_violations())
    }
}

pub(super) fn events(events: Vec<proto::Event>) -> Result<Vec<Event>, MessagingError> {
    if events.len() > MAX_EVENTS {
        return Err(MessagingError::invalid("events", "TOO_MANY", "一次最多提交100个事件"));
    }
    events.into_iter().map(event).collect()
}

fn event(event: proto::Event) -> Result<Event, MessagingError> {
    let (done, withdrawn): (Vec<_>, Vec<_>) =
        event.closings.into_iter().partition(|closing| closing.person_id.is_empty());
    let withdrawal = |closing: proto::TodoClosing| {
        let person_id = parse_id("events.closings.person_id", &closing.person_id)?;
        Ok::<_, MessagingError>((person_id, todo_key(closing.todo_key)?))
    };
    Ok(Event {
        event_id: parse_id("events.event_id", &event.event_id)?,
        kind: event.r#type,
        messages: event.messages.into_iter().map(message_draft).collect::<Result<_, _>>()?,
        todos: event.todos.into_iter().map(todo_draft).collect::<Result<_, _>>()?,
        closings: done.into_iter().map(|closing| todo_key(closing.todo_key)).collect::<Result<_, _>>()?,
        withdrawals: withdrawn.into_iter().map(withdrawal).collect::<Result<_, _>>()?,
    })
}

fn message_draft(draft: proto::MessageDraft) -> Result<MessageDraft, MessagingError> {
    Ok(MessageDraft {
        person_id: parse_id("events.messages.person_id", &draft.person_id)?,
        template: template(&draft.template)?,
        params: params(draft.params)?,
    })
}

fn todo_draft(draft: proto::TodoDraft) -> Result<TodoDraft, MessagingError> {
    Ok(TodoDraft {
        person_id: parse_id("events.todos.person_id", &draft.person_id)?,
        todo_key: todo_key(draft.todo_key)?,
        template: template(&draft.template)?,
        params: params(draft.params)?,
    })
}

fn template(name: &str) -> Result<&'static Template, MessagingError> {
    Template::named(name).ok_or(MessagingError::TemplateUnknown)
}

fn todo_key(key: String) -> Result<String, MessagingError> {
    if key.is_empty() || key.len() > 100 {
        return Err(MessagingError::invalid("events.todos.todo_key", "LENGTH", "待办编号长度应为1至100"));
    }
    Ok(key)
}

fn params(params: HashMap<String, String>) -> Result<Params, MessagingError> {
    if params.values().any(|value| value.chars().count() > MAX_VALUE_CHARS) {
        return Err(MessagingError::invalid("events.params", "LENGTH", "模板参数过长"));
    }
    Ok(params.into_iter().collect())
}

pub(super) fn send_sms(request: &proto::SendSmsRequest) -> Result<SendSms, MessagingError> {
    let wording = match known_enum("template", request.template)? {
        proto::SmsTemplate::Code | proto::SmsTemplate::Unspecified => SmsWording::Code,
    };
    let values = wording.params().iter().map(|name| sms_value(name, request.params.get(*name)));
    Ok(SendSms {
        mobile: mobile(&request.mobile)?,
        text: SmsText { wording, values: values.collect::<Result<_, _>>()? },
    })
}

fn sms_value(name: &str, value: Option<&String>) -> Result<Redacted<String>, MessagingError> {
    match value {
        Some(value) if (1..=SmsWording::MAX_VALUE_CHARS).contains(&value.chars().count()) => {
            Ok(Redacted::from(value.clone()))
        }
        _ => Err(MessagingError::invalid(&format!("params.{name}"), "LENGTH", "短信参数缺失或过长")),
    }
}

/// Identity, where people give their numbers, has judged it.
pub(super) fn mobile(text: &str) -> Result<Mobile, MessagingError> {
    Mobile::parse_taken(text).map_err(|error| MessagingError::Invalid(vec![error.violation("mobile")]))
}

pub(super) fn message(view: MessageView) -> proto::Message {
    proto::Message {
        message_id: view.message_id.to_string(),
        title: view.words.title,
        body: view.words.body,
        read: view.is_read,
        create_time: Some(timestamp(view.create_time)),
        link: view.words.link.to_owned(),
    }
}

pub(super) fn messages(page: Page<MessageView>) -> proto::ListMessagesResponse {
    proto::ListMessagesResponse {
        messages: page.items.into_iter().map(message).collect(),
        next_page_token: page.next_page_token,
    }
}

fn todo(view: TodoView) -> proto::Todo {
    proto::Todo {
        todo_id: view.todo_id.to_string(),
        title: view.words.title,
        detail: view.words.body,
        done: view.is_done,
        create_time: Some(timestamp(view.create_time)),
        done_time: view.done_time.map(timestamp),
        link: view.words.link.to_owned(),
    }
}

pub(super) fn todos(page: Page<TodoView>) -> proto::ListTodosResponse {
    proto::ListTodosResponse {
        todos: page.items.into_iter().map(todo).collect(),
        next_page_token: page.next_page_token,
    }
}

pub(super) fn counts(counts: Counts) -> proto::Counts {
    proto::Counts { unread_messages: counts.unread_messages, open_todos: counts.open_todos }
}
