//! The documents in `tests/cases`, see the README there.

use std::path::Path;

use wardenry_kql_engine::Engine;

#[tokio::test]
async fn documents() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let engine = Engine::new();
    let mut failed = Vec::new();
    let mut count = 0;
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("there are cases")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| path.file_stem().is_some_and(|stem| stem != "README"))
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().display();
        let cases =
            wardenry_kql_cases::read(&path).unwrap_or_else(|error| panic!("tests/cases/{name}: {error}"));
        for case in cases {
            count += 1;
            let place = format!("tests/cases/{name}:{} ({})", case.line, case.title);
            let known = |origin: &String| origin == "regression" || origin.starts_with("reference, ");
            if !case.origin.as_ref().is_some_and(known) {
                failed.push(format!("{place}\nthe case does not say its origin"));
            }
            // A case that panics must not hide the others.
            let engine = engine.clone();
            match tokio::spawn(async move { case.run(&engine).await }).await {
                Ok(Ok(())) => {}
                Ok(Err(mismatch)) => failed.push(format!("{place}\n{mismatch}")),
                Err(panic) => failed.push(format!("{place}\n{panic}")),
            }
        }
    }
    assert!(count > 0, "there are cases");
    assert!(failed.is_empty(), "{} of {count} cases failed:\n\n{}", failed.len(), failed.join("\n\n"));
}
