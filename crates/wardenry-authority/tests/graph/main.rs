//! The directory in the Graph shape, over the real router, service and database.

mod applications;
mod assignments;
mod bad_requests;
mod certificates;
mod lists;
mod organization;
mod passwords;
mod reach;
mod service_principals;
mod unauthorized;
mod world;
