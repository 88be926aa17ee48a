//! What the operating system gives: the environment, the clock, randomness, standard input.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use wardenry_core::entropy::{Entropy, SystemEntropy};
use wardenry_core::time::{Clock, SystemClock};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output;

/// The largest text that is read from a file or from standard input, in bytes.
const MAX_INPUT_BYTES: u64 = 1024 * 1024;

pub(crate) struct Host {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Host {
    pub(crate) fn system() -> Self {
        Self { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }

    /// An environment variable; unset, empty and not text are the same.
    #[expect(clippy::disallowed_methods, reason = "the binary is where the environment is read")]
    pub(crate) fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    /// Reads a text from a file, or from standard input when none is named.
    pub(crate) fn read_text(what: &str, file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
        let mut text = Zeroizing::new(String::new());
        match file {
            Some(path) => {
                let file =
                    std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
                let read = file.take(MAX_INPUT_BYTES).read_to_string(&mut text);
                read.with_context(|| format!("cannot read {}", path.display()))?;
            }
            None => {
                let input = std::io::stdin();
                if input.is_terminal() {
                    output::note(&format!("reading {what} from standard input; end it with Ctrl-D"));
                }
                let read = input.lock().take(MAX_INPUT_BYTES).read_to_string(&mut text);
                read.with_context(|| format!("cannot read {what} from standard input"))?;
            }
        }
        Ok(text)
    }
}
