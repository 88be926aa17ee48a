//! Runs KQL.
