//! `geo_info_from_ip_address`. Source: `geo-info-from-ip-address-function.md`.

use std::fmt::Debug;
use std::net::IpAddr;

use crate::rows::{Text, dynamic1, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

/// Knows where addresses are.
pub trait GeoDatabase: Debug + Send + Sync {
    fn find(&self, address: IpAddr) -> Option<GeoLocation>;
}

/// What is known about an address. Unknown parts are left out of the result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeoLocation {
    pub country: Option<String>,
    pub state: Option<String>,
    pub city: Option<String>,
    /// Degrees.
    pub latitude: Option<f64>,
    /// Degrees.
    pub longitude: Option<f64>,
}

/// Null for a text that is no address; an empty bag for an address of which nothing is known, and for every address if the
/// context has no database.
pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let database = call.context.geo_database.clone();
    Ok(kernel(function, move |arguments, rows| {
        let [ip] = arguments else { return Err(FunctionError::misplaced(function)) };
        dynamic1::<Text>(ip, rows, |writer, ip| {
            let Ok(address) = ip.parse::<IpAddr>() else { return false };
            let location = database.as_ref().and_then(|database| database.find(address.to_canonical()));
            let location = location.unwrap_or_default();
            writer.begin_bag();
            for (name, text) in
                [("country", &location.country), ("state", &location.state), ("city", &location.city)]
            {
                if let Some(text) = text {
                    writer.key(name);
                    writer.string(text);
                }
            }
            for (name, degrees) in [("latitude", location.latitude), ("longitude", location.longitude)] {
                if let Some(degrees) = degrees {
                    writer.key(name);
                    writer.real(degrees);
                }
            }
            writer.end_bag();
            true
        })
    }))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use arrow::array::AsArray;
    use datafusion_common::ScalarValue;
    use datafusion_expr::ColumnarValue;
    use wardenry_kql_values::ScalarType;

    use super::{GeoDatabase, GeoLocation};
    use crate::testing::check;
    use crate::{Context, ScalarCall, scalar};

    #[derive(Debug)]
    struct Sydney;

    impl GeoDatabase for Sydney {
        fn find(&self, address: IpAddr) -> Option<GeoLocation> {
            (address == IpAddr::from([20, 53, 203, 50])).then(|| GeoLocation {
                country: Some("Australia".to_owned()),
                state: Some("New South Wales".to_owned()),
                city: Some("Sydney".to_owned()),
                latitude: Some(-33.8715),
                longitude: Some(151.2006),
            })
        }
    }

    #[test]
    fn nothing_is_known_without_a_database() {
        check("geo_info_from_ip_address", "string -> dynamic", "20.53.203.50 | {}\n::1 | {}\nx | null");
    }

    #[test]
    fn the_database_is_asked() {
        // [D geo-info-from-ip-address-function.md]
        let context = Context { now: 0, seed: 0, regex_size: 0, geo_database: Some(Arc::new(Sydney)) };
        let call = ScalarCall {
            name: "geo_info_from_ip_address",
            argument_types: &[ScalarType::String],
            constants: &[None],
            result_type: ScalarType::Dynamic,
            context: &context,
        };
        let kernel = (scalar(call.name).expect("registered").bind)(&call).expect("bound");
        let ip = ScalarValue::Utf8View(Some("20.53.203.50".to_owned())).to_array().expect("an array");
        let found = kernel.evaluate(&[ColumnarValue::Array(ip)], 1).expect("evaluated");
        let found = found.into_array(1).expect("an array");
        assert_eq!(
            found.as_string_view().value(0),
            r#"{"country":"Australia","state":"New South Wales","city":"Sydney","latitude":-33.8715,"longitude":151.2006}"#
        );
    }
}
