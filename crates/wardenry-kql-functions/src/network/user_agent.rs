//! `parse_user_agent`. Source: `parse-user-agent-function.md`.
//!
//! The reference product matches thousands of expressions. Here are the browsers, systems and devices that make up nearly
//! all traffic of organisations; what is not among them is `Other`, as it is there.

use wardenry_kql_values::{ScalarType, Value};

use crate::dynamic::{Dynamic, DynamicWriter};
use crate::rows::{Json, Source, Text, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let is_array = call.argument_types.get(1) == Some(&ScalarType::Dynamic);
    if let Some(Some(Value::String(target))) = call.constants.get(1)
        && Targets::default().with(target).is_none()
    {
        return Err(FunctionError::Argument {
            function,
            message: format!("what to look for is \"browser\", \"os\" or \"device\", not {target:?}"),
        });
    }
    Ok(kernel(function, move |arguments, rows| {
        let (agent, wanted) = match arguments {
            [agent] => (agent, None),
            [agent, wanted] => (agent, Some((wanted, Json::column(wanted)?))),
            _ => return Err(FunctionError::misplaced(function)),
        };
        let agents = Text::column(agent)?;
        Ok(dynamic_rows(rows, |writer, row| {
            let targets = match &wanted {
                None => Targets { browser: true, system: true, device: true },
                Some((argument, column)) => {
                    let text = Text::get(column, argument.row(row));
                    if is_array {
                        let targets = Dynamic::new(text).elements().filter_map(Dynamic::as_str);
                        targets.fold(Targets::default(), |all, target| all.with(&target).unwrap_or(all))
                    } else {
                        Targets::default().with(text).unwrap_or_default()
                    }
                }
            };
            write(writer, Text::get(&agents, agent.row(row)), targets);
            true
        }))
    }))
}

#[derive(Clone, Copy, Debug, Default)]
struct Targets {
    browser: bool,
    system: bool,
    device: bool,
}

impl Targets {
    fn with(self, target: &str) -> Option<Self> {
        Some(match target.to_ascii_lowercase().as_str() {
            "browser" => Self { browser: true, ..self },
            "os" => Self { system: true, ..self },
            "device" => Self { device: true, ..self },
            _ => return None,
        })
    }
}

fn write(writer: &mut DynamicWriter, agent: &str, targets: Targets) {
    writer.begin_bag();
    if targets.browser {
        let (family, version) = browser(agent);
        writer.key("Browser");
        member(writer, family, &["MajorVersion", "MinorVersion", "Patch"], version);
    }
    if targets.system {
        let (family, version) = system(agent);
        writer.key("OperatingSystem");
        member(writer, family, &["MajorVersion", "MinorVersion", "Patch", "PatchMinor"], version);
    }
    if targets.device {
        let (family, brand, model) = device(agent);
        writer.key("Device");
        writer.begin_bag();
        for (name, text) in [("Family", family.as_str()), ("Brand", brand), ("Model", model)] {
            writer.key(name);
            writer.string(text);
        }
        writer.end_bag();
    }
    writer.end_bag();
}

/// A family and the numbers of its version.
fn member(writer: &mut DynamicWriter, family: &str, names: &[&str], version: &str) {
    writer.begin_bag();
    writer.key("Family");
    writer.string(family);
    let mut numbers = version.split(['.', '_']);
    for name in names {
        writer.key(name);
        writer.string(numbers.next().unwrap_or_default());
    }
    writer.end_bag();
}

/// The version that follows a mark: digits and points.
fn version_after<'a>(agent: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = agent.split_once(mark)?;
    let end =
        rest.find(|next: char| !next.is_ascii_digit() && !matches!(next, '.' | '_')).unwrap_or(rest.len());
    Some(rest[..end].trim_matches(['.', '_']))
}

/// What gives a browser away, the most telling first: most browsers claim to be others too. The second family is that of
/// telephones.
const BROWSERS: &[(&str, &str, &str)] = &[
    ("AdobeAIR/", "AdobeAIR", "AdobeAIR"),
    ("EdgiOS/", "Edge Mobile", "Edge Mobile"),
    ("EdgA/", "Edge Mobile", "Edge Mobile"),
    ("Edg/", "Edge", "Edge Mobile"),
    ("Edge/", "Edge", "Edge Mobile"),
    ("OPR/", "Opera", "Opera Mobile"),
    ("SamsungBrowser/", "Samsung Internet", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi", "Vivaldi"),
    ("CriOS/", "Chrome Mobile iOS", "Chrome Mobile iOS"),
    ("FxiOS/", "Firefox iOS", "Firefox iOS"),
    ("Googlebot/", "Googlebot", "Googlebot"),
    ("bingbot/", "bingbot", "bingbot"),
    ("HeadlessChrome/", "HeadlessChrome", "HeadlessChrome"),
    ("Electron/", "Electron", "Electron"),
    ("Chrome/", "Chrome", "Chrome Mobile"),
    ("Firefox/", "Firefox", "Firefox Mobile"),
    ("MSIE ", "IE", "IE Mobile"),
    ("Opera/", "Opera", "Opera Mobile"),
    ("curl/", "curl", "curl"),
    ("Wget/", "Wget", "Wget"),
    ("python-requests/", "Python Requests", "Python Requests"),
    ("Python-urllib/", "Python-urllib", "Python-urllib"),
    ("aiohttp/", "Python aiohttp", "Python aiohttp"),
    ("Go-http-client/", "Go-http-client", "Go-http-client"),
    ("PostmanRuntime/", "PostmanRuntime", "PostmanRuntime"),
    ("okhttp/", "okhttp", "okhttp"),
    ("Apache-HttpClient/", "Apache-HttpClient", "Apache-HttpClient"),
    ("axios/", "axios", "axios"),
    ("WindowsPowerShell/", "WindowsPowerShell", "WindowsPowerShell"),
    ("Java/", "Java", "Java"),
];

fn browser(agent: &str) -> (&'static str, &str) {
    let is_mobile = agent.contains("Mobile") || agent.contains("Phone");
    for (mark, family, mobile) in BROWSERS {
        if let Some(version) = version_after(agent, mark) {
            return (if is_mobile { mobile } else { family }, version);
        }
    }
    if agent.contains("Trident/") {
        return ("IE", version_after(agent, "rv:").unwrap_or_default());
    }
    if agent.contains("Safari/")
        && let Some(version) = version_after(agent, "Version/")
    {
        return (if is_mobile { "Mobile Safari" } else { "Safari" }, version);
    }
    ("Other", "")
}

fn system(agent: &str) -> (&'static str, &str) {
    if let Some(version) = version_after(agent, "Windows NT ") {
        let release = match version {
            "5.0" => "2000",
            "5.1" | "5.2" => "XP",
            "6.0" => "Vista",
            "6.1" => "7",
            "6.2" => "8",
            "6.3" => "8.1",
            "10.0" => "10",
            other => other,
        };
        return ("Windows", release);
    }
    for (mark, family) in [
        ("Windows Phone ", "Windows Phone"),
        ("iPhone OS ", "iOS"),
        ("CPU OS ", "iOS"),
        ("Android ", "Android"),
        ("Mac OS X ", "Mac OS X"),
        ("SymbianOS/", "Symbian OS"),
    ] {
        if let Some(version) = version_after(agent, mark) {
            return (family, version);
        }
    }
    for (mark, family) in [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("CrOS", "Chrome OS"),
        ("Mac OS X", "Mac OS X"),
        ("Ubuntu", "Ubuntu"),
        ("Fedora", "Fedora"),
        ("Linux", "Linux"),
    ] {
        if agent.contains(mark) {
            return (family, "");
        }
    }
    ("Other", "")
}

/// Family, brand, model.
fn device(agent: &str) -> (String, &'static str, &str) {
    if agent.contains("Googlebot") || agent.contains("bingbot") {
        return ("Spider".to_owned(), "Spider", "Desktop");
    }
    for name in ["iPhone", "iPad", "iPod"] {
        if agent.contains(name) {
            return (name.to_owned(), "Apple", name);
        }
    }
    if agent.contains("Macintosh") {
        return ("Mac".to_owned(), "Apple", "Mac");
    }
    let Some((_, android)) = agent.split_once("Android") else { return ("Other".to_owned(), "", "") };
    let inside = android.split(')').next().unwrap_or_default();
    let model = inside.split(';').next_back().unwrap_or_default();
    let model = model.split(" Build/").next().unwrap_or_default().trim();
    if !inside.contains(';') || model.is_empty() || model == "K" {
        return ("Generic Smartphone".to_owned(), "Generic", "Smartphone");
    }
    if model.starts_with("SM-") {
        (format!("Samsung {model}"), "Samsung", model)
    } else if model.starts_with("Pixel") {
        (model.to_owned(), "Google", model)
    } else {
        (model.to_owned(), "Generic_Android", model)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn browsers_systems_devices() {
        // The first is of [D parse-user-agent-function.md]; the others show its shape on common agents.
        check(
            "parse_user_agent",
            "string, string -> dynamic",
            r#"Mozilla/5.0 (Windows; U; en-US) AppleWebKit/531.9 (KHTML, like Gecko) AdobeAIR/2.5.1 | browser | {"Browser":{"Family":"AdobeAIR","MajorVersion":"2","MinorVersion":"5","Patch":"1"}}
            curl/8.4.0 | os | {"OperatingSystem":{"Family":"Other","MajorVersion":"","MinorVersion":"","Patch":"","PatchMinor":""}}
            Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.71 Safari/537.36 Edg/120.0.2210.61 | browser | {"Browser":{"Family":"Edge","MajorVersion":"120","MinorVersion":"0","Patch":"2210"}}
            Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36 | device | {"Device":{"Family":"Samsung SM-G991B","Brand":"Samsung","Model":"SM-G991B"}}"#,
        );
        check(
            "parse_user_agent",
            "string, dynamic -> dynamic",
            r#"Mozilla/5.0 (iPhone; CPU iPhone OS 16_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.1 Mobile/15E148 Safari/604.1 | ["browser","os","device"] | {"Browser":{"Family":"Mobile Safari","MajorVersion":"16","MinorVersion":"1","Patch":""},"OperatingSystem":{"Family":"iOS","MajorVersion":"16","MinorVersion":"1","Patch":"2","PatchMinor":""},"Device":{"Family":"iPhone","Brand":"Apple","Model":"iPhone"}}"#,
        );
    }
}
