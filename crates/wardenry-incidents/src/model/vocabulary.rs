//! The closed lists of words that incidents are described with.
//!
//! Each word has one canonical spelling, the one that is stored and sent. Reading accepts either
//! letter case and the aliases that public documentation, older payloads and long-used clients have
//! for the same meaning.

use std::fmt;
use std::str::FromStr;

/// The text is none of the words of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no {list}; expected one of {}", expected.join(", "))]
pub struct UnknownWord {
    /// What the list is about, for example `incident status`.
    pub list: &'static str,
    /// What was given, cut to a length fit for a message.
    pub given: String,
    /// The canonical spellings.
    pub expected: &'static [&'static str],
}

macro_rules! vocabularies {
    ($(
        $(#[$docs:meta])+
        $name:ident, $list:literal {
            $($(#[$word_docs:meta])* $word:ident = $text:literal $(| $alias:literal)*,)+
        }
    )+) => {$(
        $(#[$docs])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$word_docs])* $word,)+
        }

        impl $name {
            /// Every word, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$word,)+];

            const TEXTS: &'static [&'static str] = &[$($text,)+];

            /// The canonical spelling.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                const SPELLINGS: &[(&str, $name)] =
                    &[$(($text, $name::$word), $(($alias, $name::$word),)*)+];
                SPELLINGS
                    .iter()
                    .find(|(spelling, _)| spelling.eq_ignore_ascii_case(text))
                    .map(|(_, word)| *word)
                    .ok_or_else(|| UnknownWord {
                        list: $list,
                        given: text.chars().take(60).collect(),
                        expected: Self::TEXTS,
                    })
            }
        }
    )+};
}

vocabularies! {
    /// Where an incident is in its life.
    IncidentStatus, "incident status" {
        Active = "Active",
        InProgress = "InProgress",
        Resolved = "Resolved",
        /// Merged into another incident, which carries on.
        Redirected = "Redirected",
    }

    /// Where an alert is in its life.
    AlertStatus, "alert status" {
        Unknown = "Unknown",
        New = "New",
        InProgress = "InProgress",
        Resolved = "Resolved",
    }

    /// How bad an incident or alert is.
    Severity, "severity" {
        /// Not assessed. The inner capital is the wire's spelling.
        UnSpecified = "UnSpecified",
        Informational = "Informational",
        Low = "Low",
        Medium = "Medium",
        High = "High",
    }

    /// What an incident or alert turned out to be. Absent while nobody has decided.
    Classification, "classification" {
        TruePositive = "TruePositive",
        InformationalExpectedActivity = "InformationalExpectedActivity" | "BenignPositive",
        FalsePositive = "FalsePositive",
    }

    /// Why it was classified so. Absent while nobody has decided.
    ///
    /// Public documentation has up to four spellings for one meaning; all of them are read.
    Determination, "determination" {
        MultiStagedAttack = "MultiStagedAttack",
        MaliciousUserActivity = "MaliciousUserActivity",
        CompromisedAccount = "CompromisedAccount" | "CompromisedUser",
        Malware = "Malware",
        Phishing = "Phishing",
        UnwantedSoftware = "UnwantedSoftware",
        SecurityTesting = "SecurityTesting",
        LineOfBusinessApplication = "LineOfBusinessApplication",
        ConfirmedActivity = "ConfirmedActivity" | "ConfirmedUserActivity",
        NotMalicious = "NotMalicious" | "Clean",
        NoEnoughDataToValidate = "NoEnoughDataToValidate" | "NotEnoughDataToValidate" | "InsufficientData",
        Other = "Other",
        /// Retired in August 2022, still met in old incidents.
        Apt = "Apt",
        /// Retired in August 2022, still met in old incidents.
        SecurityPersonnel = "SecurityPersonnel",
    }

    /// How far the automated investigation of an alert has come.
    InvestigationState, "investigation state" {
        Unknown = "Unknown",
        Terminated = "Terminated",
        SuccessfullyRemediated = "SuccessfullyRemediated",
        Benign = "Benign",
        Failed = "Failed",
        PartiallyRemediated = "PartiallyRemediated",
        Running = "Running",
        PendingApproval = "PendingApproval",
        PendingResource = "PendingResource",
        PartiallyInvestigated = "PartiallyInvestigated",
        TerminatedByUser = "TerminatedByUser",
        TerminatedBySystem = "TerminatedBySystem",
        Queued = "Queued",
        InnerFailure = "InnerFailure",
        PreexistingAlert = "PreexistingAlert",
        UnsupportedOs = "UnsupportedOs",
        UnsupportedAlertType = "UnsupportedAlertType",
        SuppressedAlert = "SuppressedAlert",
    }

    /// The product that raised an alert. Older payloads carry the products' former names.
    ServiceSource, "service source" {
        Endpoint = "MicrosoftDefenderForEndpoint" | "MicrosoftDefenderATP",
        Office365 = "MicrosoftDefenderForOffice365" | "OfficeATP",
        CloudApps = "MicrosoftCloudAppSecurity",
        IdentityProtection = "AADIdentityProtection",
    }

    /// The part of a product that noticed what an alert is about.
    DetectionSource, "detection source" {
        CloudApps = "MCAS",
        EndpointAntivirus = "WindowsDefenderAv",
        EndpointDetection = "WindowsDefenderAtp",
        Office = "OfficeATP",
        AutomatedInvestigation = "AutomatedInvestigation",
        Directory = "AAD",
    }

    /// Whether a device's sensor reports.
    HealthStatus, "device health status" {
        Active = "Active",
        Inactive = "Inactive",
        ImpairedCommunication = "ImpairedCommunication",
        NoSensorData = "NoSensorData",
        NoSensorDataImpairedCommunication = "NoSensorDataImpairedCommunication",
        Unknown = "Unknown",
    }

    /// How much a device is at risk.
    RiskScore, "risk score" {
        None = "None",
        Informational = "Informational",
        Low = "Low",
        Medium = "Medium",
        High = "High",
    }

    /// What a device's antivirus says about itself.
    AntivirusStatus, "antivirus status" {
        NotReporting = "NotReporting",
        Disabled = "Disabled",
        NotUpdated = "NotUpdated",
        Updated = "Updated",
        Unknown = "Unknown",
        NotSupported = "NotSupported",
    }

    /// Whether a device is managed.
    OnboardingStatus, "onboarding status" {
        InsufficientInfo = "InsufficientInfo",
        Onboarded = "Onboarded",
        CanBeOnboarded = "CanBeOnboarded",
        Unsupported = "Unsupported",
    }

    /// What was found out about a piece of evidence.
    Verdict, "verdict" {
        Unknown = "Unknown",
        Suspicious = "Suspicious",
        Malicious = "Malicious",
        NoThreatsFound = "NoThreatsFound",
    }

    /// What was done about a piece of evidence.
    RemediationStatus, "remediation status" {
        None = "None",
        Remediated = "Remediated",
        Prevented = "Prevented",
        Blocked = "Blocked",
        NotFound = "NotFound",
        Active = "Active",
    }

    /// The kinds of evidence. One table of the public documentation writes `MailBox`; payloads do not.
    EntityType, "entity type" {
        User = "User",
        Ip = "Ip",
        Url = "Url",
        File = "File",
        Process = "Process",
        Mailbox = "Mailbox",
        MailMessage = "MailMessage",
        MailCluster = "MailCluster",
        SecurityGroup = "SecurityGroup",
        Registry = "Registry",
    }
}

impl Determination {
    /// Whether this reason belongs to the classification. `Other` belongs to every one, and so does the
    /// retired `SecurityPersonnel`.
    pub const fn suits(self, classification: Classification) -> bool {
        use Classification::{FalsePositive, InformationalExpectedActivity, TruePositive};
        match self {
            Self::MultiStagedAttack
            | Self::MaliciousUserActivity
            | Self::CompromisedAccount
            | Self::Malware
            | Self::Phishing
            | Self::UnwantedSoftware
            | Self::Apt => matches!(classification, TruePositive),
            Self::SecurityTesting | Self::LineOfBusinessApplication | Self::ConfirmedActivity => {
                matches!(classification, InformationalExpectedActivity)
            }
            Self::NotMalicious | Self::NoEnoughDataToValidate => matches!(classification, FalsePositive),
            Self::Other | Self::SecurityPersonnel => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_from_its_canonical_spelling_in_either_letter_case() {
        for word in Determination::ALL {
            assert_eq!(word.as_str().parse(), Ok(*word));
            assert_eq!(word.as_str().to_uppercase().parse(), Ok(*word));
        }
        assert_eq!("unspecified".parse(), Ok(Severity::UnSpecified));
        assert_eq!(Severity::UnSpecified.to_string(), "UnSpecified");
    }

    #[test]
    fn every_documented_alias_is_read() {
        for (alias, determination) in [
            ("CompromisedUser", Determination::CompromisedAccount),
            ("confirmedUserActivity", Determination::ConfirmedActivity),
            ("Clean", Determination::NotMalicious),
            ("notMalicious", Determination::NotMalicious),
            ("InsufficientData", Determination::NoEnoughDataToValidate),
            ("notEnoughDataToValidate", Determination::NoEnoughDataToValidate),
        ] {
            assert_eq!(alias.parse(), Ok(determination), "{alias}");
        }
        assert_eq!("benignPositive".parse(), Ok(Classification::InformationalExpectedActivity));
        assert_eq!("MicrosoftDefenderATP".parse(), Ok(ServiceSource::Endpoint));
        assert_eq!("MailBox".parse(), Ok(EntityType::Mailbox));
    }

    #[test]
    fn an_unknown_word_names_the_list_and_its_words() {
        let error = "Closed".parse::<IncidentStatus>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"Closed\" is no incident status; expected one of Active, InProgress, Resolved, Redirected"
        );
    }

    #[test]
    fn determinations_belong_to_a_classification() {
        assert!(Determination::Malware.suits(Classification::TruePositive));
        assert!(!Determination::Malware.suits(Classification::FalsePositive));
        assert!(Determination::SecurityTesting.suits(Classification::InformationalExpectedActivity));
        assert!(Determination::NotMalicious.suits(Classification::FalsePositive));
        for classification in Classification::ALL {
            assert!(Determination::Other.suits(*classification));
        }
    }
}
