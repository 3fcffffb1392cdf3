//! Reflection in both versions: grpcurl before 1.8.8 speaks only v1alpha. The library's own service ends a stream at the first name it
//! doesn't know; the protocol answers it and goes on.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use prost_reflect::{DescriptorError, DescriptorPool, ExtensionDescriptor, FileDescriptor};
use tonic::service::RoutesBuilder;
use tonic::{Code, Request, Response, Status, Streaming};

/// Adds v1 and v1alpha, listing what is served and nothing else, with the descriptors of the whole contract and of error details.
pub(super) fn add(
    routes: &mut RoutesBuilder,
    served: &BTreeSet<&'static str>,
) -> Result<(), DescriptorError> {
    let sets = [
        shiming_proto::DESCRIPTOR_SET,
        tonic_types::pb::FILE_DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let services = served.iter().copied().chain(["grpc.health.v1.Health"]);
    let known = Known {
        services: services.map(str::to_owned).collect(),
        // Each for itself: their copies of Google's files differ in comments.
        pools: sets.map(DescriptorPool::decode).into_iter().collect::<Result<_, _>>()?,
    };
    let known = Reflection(Arc::new(known));
    routes.add_service(v1::Server::new(known.clone()));
    routes.add_service(v1alpha::Server::new(known));
    Ok(())
}

#[derive(Debug)]
struct Known {
    services: Vec<String>,
    pools: Vec<DescriptorPool>,
}

#[derive(Clone, Debug)]
struct Reflection(Arc<Known>);

impl Known {
    fn file(&self, find: impl Fn(&DescriptorPool) -> Option<FileDescriptor>) -> Option<Vec<u8>> {
        self.pools.iter().find_map(find).map(|file| file.encode_to_vec())
    }

    /// The file of a service, message, enum or extension, or of what is inside one.
    fn of_symbol(&self, name: &str) -> Option<Vec<u8>> {
        let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
        self.file(|pool| of_type(pool, name).or_else(|| of_type(pool, parent)))
    }

    fn of_extension(&self, message: &str, number: i32) -> Option<Vec<u8>> {
        let number = u32::try_from(number).ok()?;
        self.file(|pool| Some(pool.get_message_by_name(message)?.get_extension(number)?.parent_file()))
    }

    fn extensions(&self, message: &str) -> Option<Vec<i32>> {
        let message = self.pools.iter().find_map(|pool| pool.get_message_by_name(message))?;
        let numbers = message.extensions().map(|one: ExtensionDescriptor| i32::try_from(one.number()));
        Some(numbers.filter_map(Result::ok).collect())
    }
}

fn of_type(pool: &DescriptorPool, name: &str) -> Option<FileDescriptor> {
    let service = || pool.get_service_by_name(name).map(|found| found.parent_file());
    let message = || pool.get_message_by_name(name).map(|found| found.parent_file());
    let choice = || pool.get_enum_by_name(name).map(|found| found.parent_file());
    let extension = || pool.get_extension_by_name(name).map(|found| found.parent_file());
    service().or_else(message).or_else(choice).or_else(extension)
}

/// The two versions have the same messages in different modules.
macro_rules! version {
    ($version:ident) => {
        mod $version {
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest as Ask;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse as Answer;
            use tonic_reflection::pb::$version::{
                ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
                ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
            };
            use tonic_reflection::server::$version::ServerReflection;
            pub(super) use tonic_reflection::server::$version::ServerReflectionServer as Server;

            use super::*;

            #[tonic::async_trait]
            impl ServerReflection for Reflection {
                type ServerReflectionInfoStream =
                    BoxStream<'static, Result<ServerReflectionResponse, Status>>;

                async fn server_reflection_info(
                    &self,
                    request: Request<Streaming<ServerReflectionRequest>>,
                ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
                    let known = Arc::clone(&self.0);
                    let answers = request.into_inner().map(move |asked| Ok(answer(&known, asked?)));
                    Ok(Response::new(answers.boxed()))
                }
            }

            fn answer(known: &Known, asked: ServerReflectionRequest) -> ServerReflectionResponse {
                let file = |file| {
                    Answer::FileDescriptorResponse(FileDescriptorResponse {
                        file_descriptor_proto: vec![file],
                    })
                };
                let found = match asked.message_request.as_ref() {
                    Some(Ask::FileByFilename(name)) => {
                        known.file(|pool| pool.get_file_by_name(name)).map(file)
                    }
                    Some(Ask::FileContainingSymbol(name)) => known.of_symbol(name).map(file),
                    Some(Ask::FileContainingExtension(one)) => {
                        known.of_extension(&one.containing_type, one.extension_number).map(file)
                    }
                    Some(Ask::AllExtensionNumbersOfType(name)) => known.extensions(name).map(|numbers| {
                        Answer::AllExtensionNumbersResponse(ExtensionNumberResponse {
                            base_type_name: name.clone(),
                            extension_number: numbers,
                        })
                    }),
                    Some(Ask::ListServices(_)) => {
                        let name = |name: &String| ServiceResponse { name: name.clone() };
                        let service = known.services.iter().map(name).collect();
                        Some(Answer::ListServicesResponse(ListServiceResponse { service }))
                    }
                    None => None,
                };
                let code =
                    if asked.message_request.is_some() { Code::NotFound } else { Code::InvalidArgument };
                let error = || {
                    Answer::ErrorResponse(ErrorResponse {
                        error_code: code.into(),
                        error_message: code.description().to_owned(),
                    })
                };
                ServerReflectionResponse {
                    valid_host: asked.host.clone(),
                    message_response: Some(found.unwrap_or_else(error)),
                    original_request: Some(asked),
                }
            }
        }
    };
}

version!(v1);
version!(v1alpha);
