//! `parse_path`. Source: `parse-path-function.md`.

use crate::rows::{Text, dynamic1, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

const SEPARATORS: [char; 2] = ['\\', '/'];

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let [path] = arguments else { return Err(FunctionError::misplaced(function)) };
        dynamic1::<Text>(path, rows, |writer, path| {
            let parts = Parts::parse(path);
            writer.begin_bag();
            for (name, part) in [
                ("Scheme", parts.scheme),
                ("RootPath", parts.root),
                ("DirectoryPath", parts.directory),
                ("DirectoryName", parts.directory_name),
                ("Filename", parts.filename),
                ("Extension", parts.extension),
                ("AlternateDataStreamName", parts.stream),
            ] {
                writer.key(name);
                writer.string(part);
            }
            writer.end_bag();
            true
        })
    }))
}

#[derive(Debug, Default)]
struct Parts<'a> {
    scheme: &'a str,
    /// A drive and the separator behind it.
    root: &'a str,
    directory: &'a str,
    directory_name: &'a str,
    filename: &'a str,
    extension: &'a str,
    stream: &'a str,
}

impl<'a> Parts<'a> {
    fn parse(path: &'a str) -> Self {
        let is_scheme = |scheme: &str| {
            scheme.len() > 1
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        };
        let (scheme, rest) = match path.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme, rest),
            _ => ("", path),
        };
        // `file:///C:/…` has one more separator before the drive.
        let rest = match rest.strip_prefix('/') {
            Some(inside) if !scheme.is_empty() && drive(inside).is_some() => inside,
            _ => rest,
        };
        let long = rest.strip_prefix(r"\\?\").or_else(|| rest.strip_prefix(r"\\.\"));
        let root = drive(long.unwrap_or(rest)).unwrap_or_default();
        let (directory, name) = match rest.rfind(SEPARATORS) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => ("", rest),
        };
        // Of a drive itself the separator is kept, as `C:` alone would be another folder.
        let directory = if !root.is_empty() && directory.len() < root.len() { root } else { directory };
        let name = if directory.is_empty() && name.starts_with(root) { &name[root.len()..] } else { name };
        let directory_name = if directory == root {
            ""
        } else {
            directory.rfind(SEPARATORS).map_or(directory, |at| &directory[at + 1..])
        };
        let (filename, stream) = name.split_once(':').unwrap_or((name, ""));
        let extension = filename.rfind('.').map_or("", |at| &filename[at + 1..]);
        Self { scheme, root, directory, directory_name, filename, extension, stream }
    }
}

/// `C:\` at the start of a path; `C:` if nothing or no separator follows.
fn drive(path: &str) -> Option<&str> {
    match path.as_bytes() {
        [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic() => path.get(..3),
        [letter, b':', ..] if letter.is_ascii_alphabetic() => path.get(..2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn parts_of_a_path() {
        // kql-semantics, addresses (which has the separator behind the drive); [D parse-path-function.md]
        check(
            "parse_path",
            "string -> dynamic",
            r#"C:\tmp\a\run.exe | {"Scheme":"","RootPath":"C:\\","DirectoryPath":"C:\\tmp\\a","DirectoryName":"a","Filename":"run.exe","Extension":"exe","AlternateDataStreamName":""}
            temp\file.txt | {"Scheme":"","RootPath":"","DirectoryPath":"temp","DirectoryName":"temp","Filename":"file.txt","Extension":"txt","AlternateDataStreamName":""}
            file://C:/temp/file.txt:some.exe | {"Scheme":"file","RootPath":"C:/","DirectoryPath":"C:/temp","DirectoryName":"temp","Filename":"file.txt","Extension":"txt","AlternateDataStreamName":"some.exe"}
            \\shared\users\temp\file.txt.gz | {"Scheme":"","RootPath":"","DirectoryPath":"\\\\shared\\users\\temp","DirectoryName":"temp","Filename":"file.txt.gz","Extension":"gz","AlternateDataStreamName":""}
            /usr/lib/temp/file.txt | {"Scheme":"","RootPath":"","DirectoryPath":"/usr/lib/temp","DirectoryName":"temp","Filename":"file.txt","Extension":"txt","AlternateDataStreamName":""}
            C:\boot.ini | {"Scheme":"","RootPath":"C:\\","DirectoryPath":"C:\\","DirectoryName":"","Filename":"boot.ini","Extension":"ini","AlternateDataStreamName":""}
            \\?\C:\a\b | {"Scheme":"","RootPath":"C:\\","DirectoryPath":"\\\\?\\C:\\a","DirectoryName":"a","Filename":"b","Extension":"","AlternateDataStreamName":""}
            "" | {"Scheme":"","RootPath":"","DirectoryPath":"","DirectoryName":"","Filename":"","Extension":"","AlternateDataStreamName":""}"#,
        );
    }
}
