//! Functions that yield rows and belong to the hunting service rather than to the language.

use super::Support;

/// A function that yields rows.
#[derive(Clone, Copy, Debug)]
pub struct HostedFunction {
    pub name: &'static str,
    /// Its shape, brackets around what may be left out.
    pub syntax: &'static str,
    /// One sentence without a full stop.
    pub about: &'static str,
    /// Called with `invoke` behind a pipe; otherwise it stands for a table.
    pub invoked: bool,
    pub support: Support,
}

/// All of them. [AH advanced-hunting-overview]
pub const HOSTED_FUNCTIONS: &[HostedFunction] = &[
    invoked(
        "FileProfile",
        "invoke FileProfile([hash column], [limit])",
        "Adds what is known about files, by their hashes",
    )
    .partly("the profiles are those of the table `FileProfiles`"),
    invoked(
        "DeviceFromIP",
        "invoke DeviceFromIP([address column], [time])",
        "Adds the devices that had an address at a time",
    ),
    invoked("SeenBy", "invoke SeenBy([device column])", "Adds the devices that have seen a device")
        .partly("the sightings are those of the table `DeviceSeenBy`"),
    table("AssignedIPAddresses", "AssignedIPAddresses(device, [time])", "The addresses that a device had"),
    table("arg", "arg(\"\").Table", "A table of the resource graph")
        .partly("those that are among the deployment's tables"),
    table("adx", "adx(\"cluster/database\").Table", "A table of another cluster").unsupported(),
    table("workspace", "workspace(\"name\").Table", "A table of another workspace").unsupported(),
    table("_GetWatchlist", "_GetWatchlist(\"alias\")", "The rows of a watchlist")
        .partly("those that are among the deployment's tables, by their aliases"),
];

/// The function of a name. Names are case-sensitive.
pub fn hosted_function(name: &str) -> Option<&'static HostedFunction> {
    HOSTED_FUNCTIONS.iter().find(|function| function.name == name)
}

const fn invoked(name: &'static str, syntax: &'static str, about: &'static str) -> HostedFunction {
    HostedFunction { name, syntax, about, invoked: true, support: Support::Yes }
}

const fn table(name: &'static str, syntax: &'static str, about: &'static str) -> HostedFunction {
    HostedFunction { name, syntax, about, invoked: false, support: Support::Yes }
}

impl HostedFunction {
    const fn partly(mut self, missing: &'static str) -> Self {
        self.support = Support::Partial(missing);
        self
    }

    const fn unsupported(mut self) -> Self {
        self.support = Support::No;
        self
    }
}
