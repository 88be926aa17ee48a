//! Documents, whose lines break where they must.
//!
//! After Philip Wadler's "A prettier printer": a group stands on one line if it fits, else all its own lines
//! break.

/// A piece of a document.
pub(super) enum Doc<'t> {
    Text(&'t str),
    /// A blank, but none at the start of a line.
    Space,
    /// A blank in a group that fits, else a new line.
    Line,
    /// Nothing in a group that fits, else a new line.
    SoftLine,
    /// A new line, always. The groups around it break.
    HardLine,
    /// A new line with an empty one before it.
    BlankLine,
    All(Vec<Doc<'t>>),
    Indent(Vec<Doc<'t>>),
    Group(Vec<Doc<'t>>),
    /// Items, as many on a line as fit.
    Fill(Vec<Doc<'t>>),
}

const INDENT: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
}

type Piece<'d, 't> = (usize, Mode, &'d Doc<'t>);

/// Prints a document. Lines have no blanks at their ends; the text ends with a line feed unless it is empty.
pub(super) fn print(doc: &Doc<'_>, width: usize) -> String {
    let mut printer = Printer { out: String::new(), column: 0, width, pending: Pending::Nothing };
    printer.print(doc);
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

/// White space that is written once something follows it.
enum Pending {
    Nothing,
    Space,
    Lines { count: usize, indent: usize },
}

struct Printer {
    out: String,
    column: usize,
    width: usize,
    pending: Pending,
}

impl Printer {
    fn print<'d>(&mut self, doc: &'d Doc<'_>) {
        let mut stack: Vec<Piece<'d, '_>> = vec![(0, Mode::Broken, doc)];
        while let Some((indent, mode, doc)) = stack.pop() {
            match doc {
                Doc::Text(text) => self.text(text),
                Doc::Space => self.space(),
                Doc::Line if mode == Mode::Flat => self.space(),
                Doc::SoftLine if mode == Mode::Flat => {}
                Doc::Line | Doc::SoftLine | Doc::HardLine => self.lines(1, indent),
                Doc::BlankLine => self.lines(2, indent),
                Doc::All(docs) => stack.extend(docs.iter().rev().map(|doc| (indent, mode, doc))),
                Doc::Indent(docs) => {
                    stack.extend(docs.iter().rev().map(|doc| (indent + INDENT, mode, doc)));
                }
                Doc::Group(docs) => {
                    let mode = if self.fits(docs, &stack) { Mode::Flat } else { Mode::Broken };
                    stack.extend(docs.iter().rev().map(|doc| (indent, mode, doc)));
                }
                Doc::Fill(docs) => self.fill(indent, docs),
            }
        }
    }

    /// Items one behind the other, each on the line if it fits there.
    fn fill(&mut self, indent: usize, docs: &[Doc<'_>]) {
        for (at, item) in docs.iter().enumerate() {
            if at > 0 && !matches!(self.pending, Pending::Lines { .. }) {
                if self.fits_from(self.column + 1, std::slice::from_ref(item), &[]) {
                    self.space();
                } else {
                    self.lines(1, indent);
                }
            }
            let mut inner = vec![item];
            while let Some(doc) = inner.pop() {
                match doc {
                    Doc::Text(text) => self.text(text),
                    Doc::Space | Doc::Line => self.space(),
                    Doc::SoftLine => {}
                    Doc::HardLine => self.lines(1, indent),
                    Doc::BlankLine => self.lines(2, indent),
                    Doc::All(docs) | Doc::Group(docs) | Doc::Indent(docs) | Doc::Fill(docs) => {
                        inner.extend(docs.iter().rev());
                    }
                }
            }
        }
    }

    fn fits(&self, docs: &[Doc<'_>], rest: &[Piece<'_, '_>]) -> bool {
        let column = match self.pending {
            Pending::Nothing => self.column,
            Pending::Space => self.column + 1,
            Pending::Lines { indent, .. } => indent,
        };
        self.fits_from(column, docs, rest)
    }

    /// Whether pieces fit on the line without a break, and what stands behind them up to where a line may
    /// end.
    fn fits_from(&self, mut column: usize, docs: &[Doc<'_>], rest: &[Piece<'_, '_>]) -> bool {
        let mut own: Vec<_> = docs.iter().rev().map(|doc| (Mode::Flat, true, doc)).collect();
        let mut rest = rest.iter().rev();
        while column <= self.width {
            let next = own.pop().or_else(|| rest.next().map(|&(_, mode, doc)| (mode, false, doc)));
            let Some((mode, is_own, doc)) = next else { return true };
            match doc {
                Doc::Text(text) => match text.find('\n') {
                    // What is behind a string of several lines is on another line.
                    Some(first) => return column + text[..first].chars().count() <= self.width,
                    None => column += text.chars().count(),
                },
                Doc::Space => column += 1,
                Doc::Line | Doc::SoftLine if !is_own && mode == Mode::Broken => return true,
                Doc::Line => column += 1,
                Doc::SoftLine => {}
                Doc::HardLine | Doc::BlankLine => return !is_own,
                Doc::All(docs) | Doc::Indent(docs) => {
                    own.extend(docs.iter().rev().map(|doc| (mode, is_own, doc)));
                }
                Doc::Group(docs) | Doc::Fill(docs) => {
                    // A group behind the pieces may break where they need not.
                    let mode = if is_own { Mode::Flat } else { Mode::Broken };
                    own.extend(docs.iter().rev().map(|doc| (mode, is_own, doc)));
                }
            }
        }
        false
    }

    fn space(&mut self) {
        if matches!(self.pending, Pending::Nothing) {
            self.pending = Pending::Space;
        }
    }

    fn lines(&mut self, count: usize, indent: usize) {
        let count = match self.pending {
            Pending::Lines { count: before, .. } => count.max(before),
            _ => count,
        };
        self.pending = Pending::Lines { count, indent };
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match std::mem::replace(&mut self.pending, Pending::Nothing) {
            _ if self.out.is_empty() => {}
            Pending::Nothing => {}
            Pending::Space => {
                self.out.push(' ');
                self.column += 1;
            }
            Pending::Lines { count, indent } => {
                self.out.extend(std::iter::repeat_n('\n', count));
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.column = indent;
            }
        }
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(last) => self.column = text[last + 1..].chars().count(),
            None => self.column += text.chars().count(),
        }
    }
}
