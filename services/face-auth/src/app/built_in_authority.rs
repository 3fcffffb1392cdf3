//! The built-in authority: compares with the references imported here, by our own engine.

use async_trait::async_trait;
use shiming_face_engine::FaceEngine;
use shiming_store::Store;

use crate::clients::authority::{Answer, Authority, Question};
use crate::domain::{Provider, ProviderOutcome, Verdict};
use crate::error::FaceAuthError;
use crate::store::{self, Vault};

/// The references of one store, made with one model pack.
pub(crate) struct BuiltInAuthority {
    store: Store,
    vault: Vault,
    /// The pack whose templates can be compared, as name@version.
    model_pack: String,
}

impl BuiltInAuthority {
    pub(crate) fn new(store: &Store, vault: &Vault, engine: &FaceEngine) -> Self {
        let model_pack = engine.versions().pack.clone();
        Self { store: store.clone(), vault: vault.clone(), model_pack }
    }
}

#[async_trait]
impl Authority for BuiltInAuthority {
    fn provider(&self) -> Provider {
        Provider::BuiltIn
    }

    /// Every frame must resemble the reference; the weakest one's similarity is told.
    async fn compare(&self, question: &Question) -> Result<Answer, FaceAuthError> {
        let found = store::find_reference(self.store.reader(), &self.vault, &question.keys.document).await?;
        let Some(reference) = found else { return Ok(no_photo()) };
        // Before the face, so that a mistyped number costs its owner no attempt.
        if reference.name(&self.vault)? != question.keys.name {
            return Ok(Answer::NotCompared(ProviderOutcome::NameIdMismatch));
        }
        if reference.model_pack() != self.model_pack {
            tracing::warn!(
                reference.model_pack = reference.model_pack(),
                "a reference of another model pack can't be compared; import it again"
            );
            return Ok(no_photo());
        }
        let reference = reference.template(&self.vault)?;
        let mut to_reference = Vec::with_capacity(question.probe.templates.len());
        for template in &question.probe.templates {
            let Ok(similarity) = template.similarity(&reference) else {
                tracing::warn!("a reference of other nets under the present pack's name; import it again");
                return Ok(no_photo());
            };
            to_reference.push(similarity);
        }
        Ok(Answer::Compared(Verdict::reach(question.levels, question.asked, &to_reference)))
    }
}

const fn no_photo() -> Answer {
    Answer::NotCompared(ProviderOutcome::NoAuthoritativePhoto)
}
