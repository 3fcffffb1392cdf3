//! The services behind the gateway.

use shiming_proto::enterprise::v1::application_service_client::ApplicationServiceClient;
use shiming_proto::enterprise::v1::binding_service_client::BindingServiceClient;
use shiming_proto::enterprise::v1::registry_service_client::RegistryServiceClient;
use shiming_proto::face::v1::demo_authority_service_client::DemoAuthorityServiceClient;
use shiming_proto::face::v1::face_session_service_client::FaceSessionServiceClient;
use shiming_proto::identity::v1::collection_service_client::CollectionServiceClient;
use shiming_proto::identity::v1::consent_service_client::ConsentServiceClient;
use shiming_proto::identity::v1::login_service_client::LoginServiceClient;
use shiming_proto::identity::v1::person_service_client::PersonServiceClient;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::step_up_service_client::StepUpServiceClient;
use shiming_proto::messaging::v1::demo_sms_service_client::DemoSmsServiceClient;
use shiming_proto::messaging::v1::inbox_service_client::InboxServiceClient;
use shiming_rpc::{ClientChannel, Connector};

use crate::config::Peers;

/// A channel to each service; a generated client is made for each call, which costs a clone of the channel.
#[derive(Debug)]
pub(crate) struct Clients {
    identity: ClientChannel,
    face_auth: ClientChannel,
    enterprise_binding: ClientChannel,
    messaging: ClientChannel,
}

macro_rules! clients {
    ($($name:ident: $client:ident through $channel:ident;)+) => {
        impl Clients {
            $(pub(crate) fn $name(&self) -> $client<ClientChannel> {
                $client::new(self.$channel.clone())
            })+
        }
    };
}

clients! {
    collections: CollectionServiceClient through identity;
    consents: ConsentServiceClient through identity;
    logins: LoginServiceClient through identity;
    persons: PersonServiceClient through identity;
    sessions: SessionServiceClient through identity;
    step_ups: StepUpServiceClient through identity;
    face_sessions: FaceSessionServiceClient through face_auth;
    demo_authority: DemoAuthorityServiceClient through face_auth;
    applications: ApplicationServiceClient through enterprise_binding;
    bindings: BindingServiceClient through enterprise_binding;
    registry: RegistryServiceClient through enterprise_binding;
    inbox: InboxServiceClient through messaging;
    demo_sms: DemoSmsServiceClient through messaging;
}

impl Clients {
    /// The channel to the service that serves `name`, such as `shiming.identity.v1.SessionService`.
    pub(crate) fn serving(&self, name: &str) -> Option<&ClientChannel> {
        match name.strip_prefix("shiming.")?.split('.').next()? {
            "identity" => Some(&self.identity),
            "face" => Some(&self.face_auth),
            "enterprise" => Some(&self.enterprise_binding),
            "messaging" => Some(&self.messaging),
            _ => None,
        }
    }

    /// Connections open with the first call.
    pub(crate) fn connect(connector: &Connector, peers: &Peers) -> anyhow::Result<Self> {
        Ok(Self {
            identity: connector.connect(&peers.identity)?,
            face_auth: connector.connect(&peers.face_auth)?,
            enterprise_binding: connector.connect(&peers.enterprise_binding)?,
            messaging: connector.connect(&peers.messaging)?,
        })
    }
}
