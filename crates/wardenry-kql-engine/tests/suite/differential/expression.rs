//! Expressions: how they are made and written.

use std::rc::Rc;
use std::sync::LazyLock;

use wardenry_kql_values::ScalarType;

use super::query::Query;
use super::random::Random;
use super::tables::literals;

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Column(String),
    /// What a value of this type could have been: a column may stand in its place.
    Literal(ScalarType, &'static str),
    /// Stays a constant: a regex, the unit of a date, a path.
    Constant(&'static str),
    Call(&'static str, Vec<Expr>),
    /// `toscalar`.
    Scalar(Rc<Query>),
    /// `in` or `!in` the first column of a query.
    Within(&'static str, Box<Expr>, Rc<Query>),
}

impl Expr {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Column(name) => name.clone(),
            Self::Literal(_, text) | Self::Constant(text) => (*text).to_owned(),
            Self::Call(name, arguments) => call(name, arguments),
            Self::Scalar(query) => format!("toscalar({})", query.text()),
            Self::Within(operator, value, query) => {
                format!("({} {operator} ({}))", value.text(), query.text())
            }
        }
    }

    /// With each literal replaced by what `f` gives.
    pub(crate) fn with_literals(&self, f: &mut impl FnMut(ScalarType, &'static str) -> Expr) -> Expr {
        match self {
            Self::Literal(of, text) => f(*of, text),
            Self::Call(name, arguments) => {
                Self::Call(name, arguments.iter().map(|argument| argument.with_literals(f)).collect())
            }
            other => other.clone(),
        }
    }
}

fn call(name: &str, arguments: &[Expr]) -> String {
    let texts: Vec<_> = arguments.iter().map(Expr::text).collect();
    match (name, texts.as_slice()) {
        ("between" | "!between", [value, low, high]) => format!("({value} {name} ({low} .. {high}))"),
        ("in" | "!in" | "in~" | "!in~" | "has_any" | "has_all", [value, items @ ..]) => {
            format!("({value} {name} ({}))", items.join(", "))
        }
        ("negate", [value]) => format!("(-({value}))"),
        ("path", [value, steps]) => format!("{value}{}", steps.trim_matches('`')),
        (_, [left, right]) if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || is_word(name) => {
            format!("({left} {name} {right})")
        }
        _ => format!("{name}({})", texts.join(", ")),
    }
}

fn is_word(name: &str) -> bool {
    matches!(
        name,
        "and"
            | "or"
            | "has"
            | "has_cs"
            | "hasprefix"
            | "hassuffix"
            | "contains"
            | "contains_cs"
            | "startswith"
            | "startswith_cs"
            | "endswith"
            | "endswith_cs"
            | "matches regex"
    )
}

/// Name, result, parameters. Lower case letters are types; capitals constants, see [`constants`]. A name may have several lines.
const FUNCTIONS: &str = r"
and b bb
and b bb
or b bb
or b bb
not b b
== b bb
== b ll
== b ii
== b rr
== b ss
== b tt
== b pp
== b gg
== b mm
!= b bb
!= b ll
!= b ii
!= b rr
!= b ss
!= b tt
!= b gg
!= b mm
< b ll
< b ii
< b rr
< b tt
< b pp
< b mm
<= b ll
<= b rr
<= b il
> b ll
> b ii
> b rr
> b tt
>= b ll
>= b lr
>= b pp
>= b tt
== b il
== b lr
=~ b ss
!~ b ss
has b ss
!has b ss
has_cs b ss
hasprefix b ss
!hasprefix b ss
hassuffix b ss
contains b ss
!contains b ss
contains_cs b ss
startswith b ss
!startswith b ss
startswith_cs b ss
endswith b ss
!endswith b ss
endswith_cs b ss
matches~regex b sR
in b sSSS
!in b sSS
in~ b sSSS
!in~ b sSS
has_any b sSS
has_all b sSS
in b lLLL
!in b lLL
in b iII
in b rEE
!in b rEE
in b tTT
in b lll
in b sss
!in b sss
between b lll
between b iii
between b rrr
between b ttt
!between b lll
between b ppp
isnull b b
isnull b l
isnull b r
isnull b t
isnull b s
isnull b d
isnotnull b l
isnotnull b d
isempty b s
isempty b l
isempty b d
isnotempty b s
isnotempty b t
isnan b r
isinf b r
isfinite b r
iff b bbb
iff l bll
iff r brr
iff s bss
iff t btt
iff p bpp
iff d bdd
iff i bii
case s bsbss
case l blbll
coalesce l ll
coalesce s ss
coalesce s sss
coalesce r rr
coalesce t tt
+ l ll
+ l ii
+ r lr
+ r rr
- l ll
- r rr
* l ll
* r rr
/ l ll
/ r lr
% l ll
% l ii
% r rN
negate l l
negate l i
negate r r
+ t tp
- t tp
- p tt
+ p pp
- p pp
/ r pp
* p lp
abs l l
abs r r
sign r r
bin l lN
bin r rN
bin t tP
bin p pP
floor l lN
max_of l ll
min_of l ll
max_of r rr
min_of l lll
max_of t tt
round r r
round r rN
ceiling r r
sqrt r r
exp2 r r
pow r rr
log r r
binary_and l ll
binary_or l ll
binary_xor l ll
binary_not l l
binary_shift_left l lN
bitset_count_ones l l
tostring s b
tostring s l
tostring s i
tostring s r
tostring s t
tostring s p
tostring s d
tostring s g
tostring s m
toint i s
toint i l
toint i r
tolong l s
tolong l r
tolong l d
tolong l t
toreal r s
toreal r l
todouble r d
tobool b s
tobool b l
todatetime t s
totimespan p s
todecimal m s
todecimal m l
toguid g s
toint i d
tobool b d
todatetime t d
gettype s d
strcat s ss
strcat s sls
strcat s srb
strcat s stp
strcat_delim s Ssl
strcat_array s dD
strlen l s
string_size l s
tolower s s
toupper s s
reverse s s
substring s sN
substring s slN
substring s sll
indexof l ss
countof l ss
replace_string s sss
replace_regex s sRW
trim s Rs
trim_start s Rs
trim_end s Rs
extract s R0s
extract_all d Gs
split d sD
split d sDN
strcmp l ss
strrep s sN
parse_csv d s
parse_json d s
todynamic d s
translate s SSs
isascii b s
isutf8 b s
url_encode s s
url_decode s s
url_encode_component s s
base64_encode_tostring s s
base64_decode_tostring s s
hash l s
hash l l
hash_md5 s s
hash_sha256 s s
parse_url d s
parse_path d s
parse_urlquery d s
ipv4_is_private b s
ipv4_is_in_range b sV
parse_ipv4 l s
ipv4_compare l ss
format_ipv4 s s
has_ipv4 b sV
has_any_index l sA
array_length l d
array_concat d dd
array_slice d dNN
array_sort_asc d d
array_sort_desc d d
array_index_of l dl
array_index_of l ds
array_reverse d d
array_sum r d
array_rotate_left d dN
array_split d dN
bag_keys d d
bag_merge d dd
bag_has_key b dK
bag_remove_keys d dA
set_union d dd
set_intersect d dd
set_difference d dd
set_has_element b ds
set_has_element b dl
pack_array d ls
pack_array d srb
bag_pack d Ks
bag_pack d KlKd
zip d dd
path d dJ
path d dJ
extract_json s Xs
treepath d d
dynamic_to_json s d
repeat d lN
range d NN
startofday t t
endofday t t
startofweek t t
startofmonth t t
endofmonth t t
startofyear t t
endofyear t tN
dayofweek p t
dayofmonth i t
dayofyear i t
getyear i t
hourofday i t
week_of_year i t
monthofyear i t
datetime_diff l Utt
datetime_add t UNt
datetime_part i Yt
format_datetime s tF
format_timespan s pO
make_datetime t NNN
unixtime_seconds_todatetime t l
unixtime_milliseconds_todatetime t l
make_timespan p NN
series_add d dd
series_multiply d dd
series_greater d dd
series_fill_const d dN
series_fill_forward d d
series_stats_dynamic d d
== b dl
== b ds
!= b ds
has b ds
contains b ds
=~ b ds
tohex s l
unicode_codepoints_from_string d s
unicode_codepoints_to_string s d
punycode_from_string s s
";

/// What a parameter that is given by a capital may be.
fn constants(code: char) -> &'static [&'static str] {
    match code {
        'N' => &["0", "1", "2", "3", "-1", "5", "64"],
        'P' => &["1h", "1d", "7d", "1s", "90m"],
        'R' => &[r#""a""#, r#"@"[^\w]+""#, r#""(?i)TWO""#, r#"@"^\d+""#, r#""(o)(n)?e""#, r#"".""#],
        'G' => &[r#""(a)""#, r#"@"(\w)(\w)""#, r#"@"(\d+)""#, r#""(x)?b""#],
        'W' => &[r#"@"<\1>""#, r#""""#, r#""é""#, r#"@"\0\0""#],
        'U' => &[
            r#""year""#,
            r#""quarter""#,
            r#""month""#,
            r#""week""#,
            r#""day""#,
            r#""hour""#,
            r#""minute""#,
            r#""second""#,
        ],
        'Y' => &[r#""year""#, r#""week_of_year""#, r#""day""#, r#""hour""#, r#""second""#],
        'F' => &[r#""yyyy-MM-dd HH:mm:ss.fffffff""#, r#""d/M/yy h:mm tt""#],
        'O' => &[r#""d.hh:mm:ss""#, r#""HH:mm:ss.fff""#],
        'D' => &[r#"",""#, r#"" ""#, r#""""#, r#""a""#, r#""; ""#],
        'K' => &[r#""a""#, r#""b""#, r#""zz""#],
        'J' => &["`.a`", "`[0]`", "`[-1]`", "`.b[1]`", "`.c.a`", "`['a b']`", "`.a.zz`"],
        'X' => &[r#""$.a""#, r#""$.b[0]""#],
        'A' => &[r#"dynamic(["a", "b"])"#, r#"dynamic(["one", "x"])"#],
        'V' => &[r#""10.0.0.0/8""#, r#""192.168.1.77""#, r#""10.0.0.1""#],
        '0' => &["0", "1"],
        _ => &[],
    }
}

/// The types that stand for literals only: in lists, mostly, where a column would be another path of execution.
fn literal_type(code: char) -> Option<ScalarType> {
    Some(match code {
        'S' => ScalarType::String,
        'L' => ScalarType::Long,
        'I' => ScalarType::Int,
        'E' => ScalarType::Real,
        'T' => ScalarType::Datetime,
        _ => return None,
    })
}

fn scalar_type(code: char) -> ScalarType {
    match code {
        'b' => ScalarType::Bool,
        'i' => ScalarType::Int,
        'l' => ScalarType::Long,
        'r' => ScalarType::Real,
        's' => ScalarType::String,
        't' => ScalarType::Datetime,
        'p' => ScalarType::Timespan,
        'd' => ScalarType::Dynamic,
        'g' => ScalarType::Guid,
        'm' => ScalarType::Decimal,
        _ => panic!("`{code}` is no type"),
    }
}

struct Function {
    name: &'static str,
    result: ScalarType,
    parameters: &'static str,
}

static PARSED: LazyLock<Vec<Function>> = LazyLock::new(|| {
    let lines = FUNCTIONS.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split(' ');
            let name = words.next().unwrap_or_default();
            let result = words.next().and_then(|word| word.chars().next()).expect("a result");
            Function {
                name: if name == "matches~regex" { "matches regex" } else { name },
                result: scalar_type(result),
                parameters: words.next().unwrap_or_default(),
            }
        })
        .collect()
});

/// The columns that an expression may read.
pub(crate) type Columns = [(String, ScalarType)];

pub(crate) fn literal(random: &mut Random, of: ScalarType) -> Expr {
    Expr::Literal(of, random.choose(literals(of)))
}

fn column(random: &mut Random, columns: &Columns, of: ScalarType) -> Option<Expr> {
    let fitting: Vec<_> = columns.iter().filter(|(_, found)| *found == of).collect();
    if fitting.is_empty() {
        return None;
    }
    Some(Expr::Column(random.pick(&fitting).0.clone()))
}

/// An expression of a type.
pub(crate) fn expression(random: &mut Random, columns: &Columns, of: ScalarType, depth: usize) -> Expr {
    if depth > 0 && !random.one_in(4) {
        let fitting: Vec<_> = PARSED.iter().filter(|function| function.result == of).collect();
        if !fitting.is_empty() {
            let function = *random.pick(&fitting);
            return applied(random, columns, function, depth);
        }
    }
    if !random.one_in(3)
        && let Some(column) = column(random, columns, of)
    {
        return column;
    }
    literal(random, of)
}

fn applied(random: &mut Random, columns: &Columns, function: &Function, depth: usize) -> Expr {
    let arguments = function
        .parameters
        .chars()
        .enumerate()
        .map(|(position, code)| {
            if let Some(of) = literal_type(code) {
                return literal(random, of);
            }
            let constants = constants(code);
            if !constants.is_empty() {
                return Expr::Constant(random.choose(constants));
            }
            // What is looked at is mostly a column, what it is compared with a literal.
            let of = scalar_type(code);
            match position {
                0 if random.one_in(2) || function.name == "path" => {
                    column(random, columns, of).unwrap_or_else(|| expression(random, columns, of, depth - 1))
                }
                0 => expression(random, columns, of, depth - 1),
                _ if random.one_in(2) && of != ScalarType::Bool => literal(random, of),
                _ => expression(random, columns, of, depth - 1),
            }
        })
        .collect();
    Expr::Call(function.name, arguments)
}
