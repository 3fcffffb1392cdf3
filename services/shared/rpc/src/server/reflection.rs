//! Reflection in both versions: grpcurl before 1.8.8 speaks only v1alpha.

use std::collections::BTreeSet;

use tonic::service::RoutesBuilder;
use tonic_reflection::server::{Builder, Error};

/// Adds v1 and v1alpha, listing what is served and nothing else, with the descriptors of the whole contract and of error details.
pub(super) fn add(routes: &mut RoutesBuilder, served: &BTreeSet<&'static str>) -> Result<(), Error> {
    routes.add_service(builder(served, tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET).build_v1()?);
    routes.add_service(builder(served, tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET).build_v1alpha()?);
    Ok(())
}

fn builder(served: &BTreeSet<&'static str>, own: &'static [u8]) -> Builder<'static> {
    let builder = Builder::configure()
        .include_reflection_service(false)
        .register_encoded_file_descriptor_set(shiming_proto::DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(own)
        .with_service_name("grpc.health.v1.Health");
    served.iter().fold(builder, |builder, name| builder.with_service_name(*name))
}
