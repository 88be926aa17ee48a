//! Which terms a file has, so that a search for a rare one reads next to nothing.
//!
//! Beside a file of many rows stands one of the same name with the ending `.terms`. For each column of texts or dynamic values, and for
//! each row group, it has a Bloom filter of the terms there: the maximal runs of letters and digits, folded, as far as they are ASCII.
//! `has` with a term that a filter does not know is true of no row of the group. Files without one, or with one that does not fit, are
//! read as if there were none, and columns that it does not have as if they might have every term.
//!
//! | bytes | |
//! | --- | --- |
//! | 8 | [`MAGIC`] |
//! | 8 | XXH64 of everything behind |
//! | 4 | number of row groups, then 8 each: how many rows |
//! | 4 | number of columns, then for each: 4 length of its name, the name, and 4 for each row group: blocks of its filter |
//! | … | the filters in that order, in blocks of 32 bytes |

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use arrow::array::StringViewArray;
use datafusion::object_store::ObjectStore;
use datafusion::object_store::path::Path as StorePath;
use twox_hash::XxHash64;
use wardenry_kql_functions::dynamic::Dynamic;
use wardenry_kql_functions::terms;

const MAGIC: &[u8; 8] = b"Wterms1\n";
const BLOCK_BYTES: usize = 32;
/// One term in a hundred that is not there seems to be.
const BITS_PER_TERM: usize = 10;
/// So many texts of a column are remembered while its terms are collected, so that a text that comes again is not taken apart again.
const MOST_SEEN: usize = 16_384;

/// What is known of the terms of one file.
#[derive(Debug)]
pub(crate) struct Terms {
    group_rows: Vec<u64>,
    /// For each column and row group, where its filter is.
    filters: BTreeMap<Box<str>, Vec<Filter>>,
}

#[derive(Clone, Copy, Debug)]
struct Filter {
    /// In the file.
    start: u64,
    blocks: u32,
}

impl Terms {
    /// What the content of such a file says; `None` if it cannot be used.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (checksum, rest) = rest.split_first_chunk::<8>()?;
        if XxHash64::oneshot(0, rest) != u64::from_le_bytes(*checksum) {
            return None;
        }
        let mut header = Header { rest };
        let groups = header.number()?;
        let group_rows: Vec<u64> = (0..groups).map(|_| header.long()).collect::<Option<_>>()?;
        let columns: Vec<(Box<str>, Vec<u32>)> = (0..header.number()?)
            .map(|_| {
                let name = header.text()?;
                Some((name.into(), (0..groups).map(|_| header.number()).collect::<Option<_>>()?))
            })
            .collect::<Option<_>>()?;
        let mut start = (bytes.len() - header.rest.len()) as u64;
        let mut filters = BTreeMap::new();
        for (name, blocks) in columns {
            let filter = |blocks: u32| {
                let filter = Filter { start, blocks };
                start += u64::from(blocks) * BLOCK_BYTES as u64;
                filter
            };
            filters.insert(name, blocks.into_iter().map(filter).collect());
        }
        (start == bytes.len() as u64).then_some(Self { group_rows, filters })
    }

    /// How many rows each row group of the file has.
    pub(crate) fn group_rows(&self) -> &[u64] {
        &self.group_rows
    }

    /// For each question and each row group, whether it may have a row with all of the terms. `None` if nothing is known. Reads once.
    pub(crate) async fn answers(
        &self,
        store: &dyn ObjectStore,
        location: &StorePath,
        questions: &[Question<'_>],
    ) -> Option<Vec<Option<Vec<bool>>>> {
        let hashes: Vec<Vec<u64>> = questions.iter().map(Question::hashes).collect();
        let filters = |question: &Question<'_>| self.filters.get(question.column).map(Vec::as_slice);
        // A filter without blocks knows no term.
        let ranges: Vec<_> = questions
            .iter()
            .zip(&hashes)
            .flat_map(|(question, hashes)| {
                let filled = filters(question).unwrap_or_default().iter().filter(|filter| filter.blocks > 0);
                filled.flat_map(|filter| hashes.iter().map(|hash| filter.block(*hash)))
            })
            .collect();
        let blocks =
            if ranges.is_empty() { Vec::new() } else { store.get_ranges(location, &ranges).await.ok()? };
        let mut blocks = blocks.iter();
        let mut may_have = |filter: &Filter, hashes: &[u64]| {
            filter.blocks > 0
                && hashes.iter().fold(true, |all, hash| {
                    // Each is taken, whatever those before it have said.
                    let has = blocks.next().is_some_and(|block| has_bits(block, *hash));
                    all && has
                })
        };
        let answers = questions.iter().zip(&hashes).map(|(question, hashes)| {
            let filters = filters(question).filter(|_| !hashes.is_empty())?;
            Some(filters.iter().map(|filter| may_have(filter, hashes)).collect())
        });
        Some(answers.collect())
    }
}

/// Whether a column may have a text with some terms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'q> {
    pub(crate) column: &'q str,
    pub(crate) terms: &'q [String],
}

impl Question<'_> {
    /// Those of the terms of which something is known.
    fn hashes(&self) -> Vec<u64> {
        let mut hashes = Vec::with_capacity(self.terms.len());
        for term in self.terms {
            each_term(term, |term| hashes.push(hash(term)));
        }
        hashes
    }
}

impl Filter {
    /// Where the block for a hash is, in a filter that has blocks.
    fn block(self, hash: u64) -> Range<u64> {
        let start = self.start + (block_of(hash, self.blocks as usize) * BLOCK_BYTES) as u64;
        start..start + BLOCK_BYTES as u64
    }
}

fn has_bits(block: &[u8], hash: u64) -> bool {
    bits(hash).all(|(byte, bit)| block.get(byte).is_some_and(|its| its & bit != 0))
}

struct Header<'b> {
    rest: &'b [u8],
}

impl<'b> Header<'b> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*number))
    }

    fn long(&mut self) -> Option<u64> {
        let (number, rest) = self.rest.split_first_chunk::<8>()?;
        self.rest = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }
}

/// A column whose terms are kept.
pub(crate) struct Searched<'c> {
    pub(crate) name: &'c str,
    /// The texts, or the dynamic values as JSON.
    pub(crate) texts: &'c StringViewArray,
    pub(crate) dynamic: bool,
}

/// The content of a file that says what is known of the terms of some columns.
pub(crate) fn file(columns: &[Searched<'_>], group_rows: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(length(group_rows.len()));
    for rows in group_rows {
        out.extend((*rows as u64).to_le_bytes());
    }
    out.extend(length(columns.len()));
    let mut filters = Vec::new();
    for column in columns {
        out.extend(length(column.name.len()));
        out.extend(column.name.as_bytes());
        let mut start = 0;
        for rows in group_rows {
            let before = filters.len();
            filter(&column.texts.slice(start, *rows), column.dynamic, &mut filters);
            out.extend(length((filters.len() - before) / BLOCK_BYTES));
            start += rows;
        }
    }
    out.extend(filters);
    [&MAGIC[..], &XxHash64::oneshot(0, &out).to_le_bytes(), &out].concat()
}

/// The limits of a file keep all lengths far below.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

fn filter(texts: &StringViewArray, dynamic: bool, out: &mut Vec<u8>) {
    let (mut hashes, mut seen) = (HashSet::new(), HashSet::new());
    for text in texts.iter().flatten() {
        // Most columns have few texts.
        if text.is_empty() || (seen.len() < MOST_SEEN && !seen.insert(text)) {
            continue;
        }
        let insert = |term: &str| {
            hashes.insert(hash(term));
        };
        if dynamic { each_term(&Dynamic::new(text).to_text(), insert) } else { each_term(text, insert) }
    }
    let blocks = (hashes.len() * BITS_PER_TERM).div_ceil(8 * BLOCK_BYTES);
    let start = out.len();
    out.resize(start + blocks * BLOCK_BYTES, 0);
    for hash in hashes {
        let block = start + block_of(hash, blocks) * BLOCK_BYTES;
        for (byte, bit) in bits(hash) {
            out[block + byte] |= bit;
        }
    }
}

fn hash(term: &str) -> u64 {
    XxHash64::oneshot(0, term.as_bytes())
}

/// The block for a hash: its upper half, scaled to the number of blocks.
fn block_of(hash: u64, blocks: usize) -> usize {
    usize::try_from((hash >> 32).saturating_mul(blocks as u64) >> 32).unwrap_or(0)
}

/// One bit in each of the eight words of a block, by the lower half of the hash; the factors are those of Parquet's Bloom filters.
fn bits(hash: u64) -> impl Iterator<Item = (usize, u8)> {
    const FACTORS: [u32; 8] = [
        0x47b6_137b,
        0x4497_4d91,
        0x8824_ad5b,
        0xa2b7_289d,
        0x7054_95c7,
        0x2df1_424b,
        0x9efc_4947,
        0x5c6b_fb31,
    ];
    let low = u32::try_from(hash & 0xffff_ffff).unwrap_or(0);
    FACTORS.into_iter().enumerate().map(move |(word, factor)| {
        let bit = low.wrapping_mul(factor) >> 27;
        (word * 4 + usize::try_from(bit / 8).unwrap_or(0), 1 << (bit % 8))
    })
}

/// Calls with each term that is ASCII when it is folded.
fn each_term(text: &str, mut each: impl FnMut(&str)) {
    let mut term = String::new();
    for run in terms(text) {
        term.clear();
        term.extend(run.chars().map(folded));
        if term.is_ascii() {
            each(&term);
        }
    }
}

/// Folds what becomes ASCII; other characters stay as they are, and their terms are left out.
fn folded(c: char) -> char {
    match c {
        // The Kelvin sign and the long s.
        '\u{212A}' => 'k',
        'ſ' => 's',
        _ => c.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use datafusion::object_store::ObjectStoreExt as _;
    use datafusion::object_store::memory::InMemory;

    use super::*;

    #[test]
    fn terms_are_runs_of_letters_and_digits() {
        let terms_of = |text| {
            let mut terms = Vec::new();
            each_term(text, |term| terms.push(term.to_owned()));
            terms
        };
        assert_eq!(terms_of(r"C:\Win\CMD.exe -enc_aGk="), ["c", "win", "cmd", "exe", "enc", "agk"]);
        assert_eq!(terms_of("Größe2 \u{212A}ey Straſe x²"), ["key", "strase"]);
        assert_eq!(terms_of(" -. "), Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_is_there_is_found_and_what_is_not_seldom() {
        let (store, location) = (InMemory::new(), StorePath::from("a.terms"));
        let texts: StringViewArray = (0..2000).map(|n| Some(format!("run {n}-x {}", n * 7919))).collect();
        let empty: StringViewArray = (0..2000).map(|_| None::<&str>).collect();
        let json: StringViewArray = (0..2000).map(|n| Some(format!(r#""tab\t{n}""#))).collect();
        let column = |name, texts, dynamic| Searched { name, texts, dynamic };
        let columns = [column("a", &texts, false), column("b", &empty, false), column("d", &json, true)];
        let content = file(&columns, &[1500, 500]);
        let terms = Terms::parse(&content).unwrap();
        store.put(&location, content.into()).await.unwrap();
        assert_eq!(terms.group_rows(), [1500, 500]);
        let may_have = async |column, needle: &str| {
            let needed: Vec<_> = needle.split(' ').map(str::to_owned).collect();
            let questions = [Question { column, terms: &needed }];
            terms.answers(&store, &location, &questions).await.unwrap().remove(0)
        };
        for n in 0..2000 {
            let found = may_have("a", &format!("RUN {n}")).await.unwrap();
            assert!(found[usize::from(n >= 1500)], "{n}");
        }
        let mut wrong = 0;
        for n in 0..2000 {
            wrong += usize::from(may_have("a", &format!("no{n}")).await.unwrap()[0]);
        }
        assert!(wrong < 60, "{wrong}");
        // Both terms have to be there.
        assert_eq!(may_have("a", "run nowhere").await, Some(vec![false, false]));
        assert_eq!(may_have("b", "run").await, Some(vec![false, false]));
        assert_eq!(may_have("c", "run").await, None);
        // Of terms outside of ASCII nothing is known.
        assert_eq!(may_have("a", "größe").await, None);
        // Dynamic values are searched as they are shown.
        assert_eq!(may_have("d", "TAB 1999").await, Some(vec![false, true]));
        // Several questions at once.
        let needed = ["run".to_owned()];
        let questions = ["b", "a", "c", "a"].map(|column| Question { column, terms: &needed });
        let answers = terms.answers(&store, &location, &questions).await.unwrap();
        let (no, yes) = (Some(vec![false, false]), Some(vec![true, true]));
        assert_eq!(answers, [no, yes.clone(), None, yes]);
    }

    #[test]
    fn what_is_damaged_is_not_used() {
        let texts: StringViewArray = [Some("one two three")].into_iter().collect();
        let whole = file(&[Searched { name: "a", texts: &texts, dynamic: false }], &[1]);
        assert!(Terms::parse(&whole).is_some());
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert!(Terms::parse(&bytes).is_none(), "{at}");
            assert!(Terms::parse(&whole[..at]).is_none(), "{at}");
        }
    }
}
