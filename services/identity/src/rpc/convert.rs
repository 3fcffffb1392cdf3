//! Between the contract's messages and the use cases' types.

use chrono::TimeDelta;
use shiming_identifiers::MASKED_DATE;
use shiming_kernel::{BindingId, Redacted};
use shiming_proto::identity::v1 as wire;
use shiming_proto::types::v1::IdentityDocument;
use shiming_rpc::convert::{InvalidField, duration, parse_id, required, required_text, timestamp, to_time};
use shiming_rpc::{Coded as _, coded, enum_table};

use crate::app::sessions::{OpenedSession, SessionView};
use crate::app::{App, DocumentInput, TicketView};
use crate::domain::collection::Step;
use crate::domain::consent::ConsentGiven;
use crate::domain::person::Person;
use crate::domain::profile::ProfileForm;

pub(super) fn token(field: &str, token: String) -> Result<Redacted<String>, InvalidField> {
    required_text(field, &token)?;
    Ok(token.into())
}

pub(super) fn document(document: Option<IdentityDocument>) -> Result<DocumentInput, InvalidField> {
    let document = required("document", document)?;
    Ok(DocumentInput {
        kind: coded("document.type", document.r#type)?,
        number: document.number.into(),
        name: document.name.into(),
    })
}

enum_table!(Step => wire::CollectionStep { Face, Profile, Done });

pub(super) fn consent(given: Option<wire::ConsentGiven>) -> Result<Option<ConsentGiven>, InvalidField> {
    given
        .map(|given| {
            Ok(ConsentGiven {
                agree_time: given.agree_time.map(|time| to_time("consent.agree_time", time)).transpose()?,
                version: given.version,
                text_sha256: given.text_sha256,
            })
        })
        .transpose()
}

/// The most bindings of one call.
const MAX_BINDINGS: usize = 1000;

pub(super) fn ended_bindings(ids: &[String]) -> Result<Vec<BindingId>, InvalidField> {
    if ids.len() > MAX_BINDINGS {
        return Err(InvalidField::new("binding_ids", "TOO_MANY", "一次最多提交1000个"));
    }
    ids.iter().map(|id| parse_id("binding_ids", id)).collect()
}

pub(super) fn ticket(ticket: TicketView) -> wire::FaceSessionTicket {
    wire::FaceSessionTicket {
        face_session_id: ticket.face_session_id.to_string(),
        capture_token: ticket.capture_token.into_inner(),
        expire_time: Some(timestamp(ticket.expire_time)),
        hosted: ticket.hosted.map(Into::into),
    }
}

/// How long a code lives, and how long to wait before asking for another.
pub(super) fn code_times(app: &App) -> (Option<prost_types::Duration>, Option<prost_types::Duration>) {
    let wire = |length: std::time::Duration| Some(duration(TimeDelta::from_std(length).unwrap_or_default()));
    (wire(app.rules.code_lifetime.get()), wire(app.rules.code_pause.get()))
}

pub(super) fn profile_form(profile: Option<wire::ProfileInput>) -> Result<ProfileForm, InvalidField> {
    let profile = required("profile", profile)?;
    Ok(ProfileForm {
        email: profile.email.into(),
        nationality: profile.nationality,
        ethnicity: profile.ethnicity.into(),
        birth_date: profile.birth_date.into(),
        valid_from: profile.valid_from,
        valid_until: profile.valid_until,
        long_term: profile.long_term,
        issuing_authority: profile.issuing_authority.into(),
        address: profile.address.into(),
    })
}

pub(super) fn session(view: SessionView) -> wire::Session {
    let record = view.record;
    let session = record.session;
    wire::Session {
        session_id: session.session_id.to_string(),
        person_id: session.person_id.to_string(),
        evidence: session.evidence.to_wire().into(),
        step_up_time: session.step_up_time.map(timestamp),
        enterprise_id: session.enterprise_id.map(|id| id.to_string()).unwrap_or_default(),
        binding_id: session.binding_id.map(|id| id.to_string()).unwrap_or_default(),
        create_time: Some(timestamp(record.create_time)),
        idle_expire_time: Some(timestamp(view.idle_expire_time)),
        absolute_expire_time: Some(timestamp(record.absolute_expire_time)),
        name_masked: record.name_masked,
    }
}

/// Token and session; both empty when the call only checked.
pub(super) fn opened(opened: Option<OpenedSession>) -> (String, Option<wire::Session>) {
    opened.map_or_else(Default::default, |opened| (opened.token.into_inner(), Some(session(opened.view))))
}

/// A person's record as the person may see it.
pub(super) fn masked_profile(person: &Person) -> wire::Profile {
    let profile = &person.profile;
    wire::Profile {
        person_id: person.id.to_string(),
        name: person.identity.name.masked(),
        document_type: person.identity.document_type().to_wire().into(),
        document_number: person.identity.document.masked(),
        mobile: person.mobile.masked(),
        email: profile.email.as_ref().map(shiming_identifiers::EmailAddress::masked).unwrap_or_default(),
        nationality: profile.nationality.alpha2().to_owned(),
        nationality_name: profile.nationality.name().to_owned(),
        ethnicity: profile.ethnicity.expose().code().to_owned(),
        ethnicity_name: profile.ethnicity.expose().name().to_owned(),
        birth_date: MASKED_DATE.to_owned(),
        valid_from: profile.validity.from.to_string(),
        valid_until: profile.validity.until.map(|until| until.to_string()).unwrap_or_default(),
        long_term: profile.validity.until.is_none(),
        issuing_authority: profile.issuing_authority.expose().clone(),
        address: shiming_identifiers::mask_address(profile.address.expose()),
        evidence: person.evidence.to_wire().into(),
        evidence_time: Some(timestamp(person.evidence_time)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_known_types_are_taken(number in any::<i32>()) {
            let input = IdentityDocument { r#type: number, number: String::new(), name: String::new() };
            let parsed = document(Some(input));
            prop_assert_eq!(parsed.is_ok(), (1..=9).contains(&number));
            if let Err(error) = parsed {
                prop_assert_eq!(&error.into_violations()[0].field, "document.type");
            }
        }

        #[test]
        fn no_moment_makes_it_panic(seconds in any::<i64>(), nanos in any::<i32>()) {
            let time = prost_types::Timestamp { seconds, nanos };
            let given = wire::ConsentGiven { version: String::new(), text_sha256: String::new(), agree_time: Some(time) };
            let _ = consent(Some(given));
        }
    }
}
