//! `render`.

use crate::ast::{NamedOption, OperatorKind, OptionValue};
use crate::parser::Parser;
use crate::parser::options::name_list;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn render(&mut self, options: &mut Vec<NamedOption>) -> OperatorKind {
        let kind = Some(self.any_name()).filter(|name| !name.text.is_empty());
        let mut with = Vec::new();
        loop {
            let start = self.span().start;
            if self.at_word("with") && self.ahead(1).kind == TokenKind::OpenParen {
                self.bump();
                with.extend(self.properties());
            } else if self.at_word("by") {
                self.bump();
                let names = self.list(Self::any_name);
                let value = OptionValue::Expr(name_list(names));
                options.push(NamedOption { name: "by".into(), value, span: self.span_from(start) });
            } else if self.at_word("with") {
                self.bump();
                let value = self.option_value();
                options.push(NamedOption { name: "with".into(), value, span: self.span_from(start) });
            } else if self.at(TokenKind::Word) && self.ahead(1).kind == TokenKind::Assign {
                let name = self.any_name().text.to_ascii_lowercase().into();
                self.bump();
                let value = self.option_value();
                options.push(NamedOption { name, value, span: self.span_from(start) });
            } else {
                return OperatorKind::Render { kind, with };
            }
        }
    }
}
