//! Cloud profiles: where a client finds the authority and the APIs. Moving from one cloud to another
//! changes one profile and nothing else.

/// The addresses of one cloud. All are `https` origins without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudProfile {
    /// The name by which commands and configuration select the profile.
    pub name: String,
    /// The identity authority.
    pub authority: String,
    /// The Defender-shape API, or `None` where the vendor documents none for this cloud.
    pub api_base: Option<String>,
    /// The Graph-shape API.
    pub graph_base: String,
    /// The identifier of the Defender-shape API in token requests, without `/.default`.
    pub api_resource: String,
    /// The identifier of the Graph-shape API in token requests, without `/.default`.
    pub graph_resource: String,
    /// The web portal.
    pub portal: String,
}

struct BuiltIn {
    name: &'static str,
    authority: &'static str,
    api_base: Option<&'static str>,
    api_resource: &'static str,
    graph_base: &'static str,
    portal: &'static str,
}

/// The vendor's clouds.
///
/// The commercial, GCC, GCC High and DoD hosts are documented. Not confirmed by a stored source: the
/// DoD and China Graph hosts, and that the government clouds' API host is also the token resource. No
/// Defender-shape API is documented for the China cloud.
const BUILT_IN: [BuiltIn; 5] = [
    BuiltIn {
        name: "public",
        authority: "https://login.microsoftonline.com",
        api_base: Some("https://api.security.microsoft.com"),
        api_resource: "https://api.security.microsoft.com",
        graph_base: "https://graph.microsoft.com",
        portal: "https://security.microsoft.com",
    },
    BuiltIn {
        name: "gcc",
        authority: "https://login.microsoftonline.com",
        api_base: Some("https://api-gcc.security.microsoft.us"),
        api_resource: "https://api-gcc.security.microsoft.us",
        graph_base: "https://graph.microsoft.com",
        portal: "https://security.microsoft.com",
    },
    BuiltIn {
        name: "gcc-high",
        authority: "https://login.microsoftonline.us",
        api_base: Some("https://api-gov.security.microsoft.us"),
        api_resource: "https://api-gov.security.microsoft.us",
        graph_base: "https://graph.microsoft.us",
        portal: "https://security.microsoft.us",
    },
    BuiltIn {
        name: "dod",
        authority: "https://login.microsoftonline.us",
        api_base: Some("https://api-gov.security.microsoft.us"),
        api_resource: "https://api-gov.security.microsoft.us",
        graph_base: "https://dod-graph.microsoft.us",
        portal: "https://security.apps.mil",
    },
    BuiltIn {
        name: "china",
        authority: "https://login.partner.microsoftonline.cn",
        api_base: None,
        api_resource: "https://api.security.microsoft.com",
        graph_base: "https://microsoftgraph.chinacloudapi.cn",
        portal: "https://security.microsoft.cn",
    },
];

impl CloudProfile {
    /// The built-in profile with this name: `public`, `gcc`, `gcc-high`, `dod` or `china`.
    pub fn built_in(name: &str) -> Option<Self> {
        BUILT_IN.iter().find(|cloud| cloud.name == name).map(|cloud| Self {
            name: cloud.name.to_owned(),
            authority: cloud.authority.to_owned(),
            api_base: cloud.api_base.map(str::to_owned),
            graph_base: cloud.graph_base.to_owned(),
            api_resource: cloud.api_resource.to_owned(),
            graph_resource: cloud.graph_base.to_owned(),
            portal: cloud.portal.to_owned(),
        })
    }

    /// The names of the built-in profiles.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|cloud| cloud.name)
    }

    /// The profile `self`: one Wardenry server at this origin, for example `https://localhost:8443`,
    /// which answers under the vendor's resource identifiers.
    pub fn self_hosted(origin: &str) -> Self {
        let origin = origin.trim_end_matches('/').to_owned();
        Self {
            name: "self".to_owned(),
            authority: origin.clone(),
            api_base: Some(origin.clone()),
            graph_base: origin.clone(),
            api_resource: "https://api.security.microsoft.com".to_owned(),
            graph_resource: "https://graph.microsoft.com".to_owned(),
            portal: format!("{origin}/portal"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn every_built_in_profile_is_found_and_names_catalogued_resources() {
        for name in CloudProfile::built_in_names() {
            let cloud = CloudProfile::built_in(name).unwrap();
            assert_eq!(cloud.name, name);
            assert!(cloud.authority.starts_with("https://") && !cloud.authority.ends_with('/'), "{name}");
            let api = catalogue::resource_by_identifier(&cloud.api_resource);
            assert_eq!(api, Some(&catalogue::THREAT_PROTECTION), "{name}");
        }
        assert_eq!(CloudProfile::built_in("self"), None);
    }

    #[test]
    fn a_self_hosted_cloud_lives_at_one_origin() {
        let cloud = CloudProfile::self_hosted("https://localhost:8443/");
        assert_eq!(cloud.authority, "https://localhost:8443");
        assert_eq!(cloud.api_base.as_deref(), Some("https://localhost:8443"));
        assert_eq!(cloud.portal, "https://localhost:8443/portal");
    }
}
