//! `$filter`: from its text to a tree.
//! <https://learn.microsoft.com/graph/filter-query-parameter>

use serde_json::Value;

use crate::sandbox::call::unquoted;
use crate::sandbox::odata::filter::{Filter, Op, Test};
use crate::sandbox::refused::Refused;

/// Most values of an `in`, or tests joined by `or`, without advanced query parameters.
const MOST_ALTERNATIVES: usize = 15;
/// More alternatives than the service takes.
///
/// # Errors
/// With the service's own answer.
pub fn check_alternatives(filter: &Filter, advanced: bool) -> Result<(), Refused> {
    let alternatives = alternatives(filter);
    if alternatives > MOST_ALTERNATIVES && !advanced {
        return Err(Refused::unsupported(format!(
            "Too many child clauses specified in search filter expression containing 'OR' \
             operators: {alternatives}. Max allowed: {MOST_ALTERNATIVES}."
        )));
    }
    Ok(())
}

fn alternatives(filter: &Filter) -> usize {
    match filter {
        Filter::And(parts) => parts.iter().map(alternatives).max().unwrap_or(0),
        Filter::Or(parts) => parts.iter().map(|part| alternatives(part).max(1)).sum(),
        Filter::Not(part) => alternatives(part),
        Filter::Test(test) => test.values.len(),
    }
}

fn syntax(text: &str) -> Refused {
    Refused::new(400, "BadRequest", format!("Invalid filter clause: syntax error in '{text}'."))
}

/// `a eq 'x' and (b in ('y','z') or startswith(c,'w')) and not d/any(x:x eq 'v')`.
pub(super) fn parse_filter(text: &str) -> Result<Filter, Refused> {
    let tokens = tokens(text).ok_or_else(|| syntax(text))?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    match parser.either() {
        Some(filter) if parser.at == tokens.len() => Ok(filter),
        _ => Err(syntax(text)),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name, number, `true`, or a bare GUID.
    Word(String),
    Text(String),
    /// One of `( ) , :`.
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | ',' | ':' => {
                out.push(Token::Mark(first));
                1
            }
            '\'' => {
                let length = literal_length(rest)?;
                out.push(Token::Text(unquoted(&rest[..length])?));
                length
            }
            _ => {
                let length = rest
                    .find(|c: char| c.is_whitespace() || "(),:'".contains(c))
                    .unwrap_or(rest.len());
                out.push(Token::Word(rest[..length].to_owned()));
                length
            }
        };
        rest = rest[length..].trim_start();
    }
    Some(out)
}

/// Bytes of the string literal that the text begins with. Two quotes are one inside it.
fn literal_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Deepest nesting of parentheses that is read.
const DEEPEST: usize = 16;

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn mark(&mut self, mark: char) -> Option<()> {
        (self.next()? == Token::Mark(mark)).then_some(())
    }

    fn word_is(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word))
    }

    fn either(&mut self) -> Option<Filter> {
        let mut parts = vec![self.both()?];
        while self.word_is("or") {
            self.at += 1;
            parts.push(self.both()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Filter::Or(parts)) }
    }

    fn both(&mut self) -> Option<Filter> {
        let mut parts = vec![self.one()?];
        while self.word_is("and") {
            self.at += 1;
            parts.push(self.one()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(Filter::And(parts)) }
    }

    fn one(&mut self) -> Option<Filter> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let filter = self.term();
        self.depth -= 1;
        filter
    }

    fn term(&mut self) -> Option<Filter> {
        match self.next()? {
            Token::Mark('(') => {
                let inner = self.either()?;
                self.mark(')')?;
                Some(inner)
            }
            Token::Word(word) if word.eq_ignore_ascii_case("not") => {
                Some(Filter::Not(Box::new(self.one()?)))
            }
            Token::Word(word) if word.eq_ignore_ascii_case("startswith") => self.starts_with(),
            Token::Word(word) => match word.strip_suffix("/any") {
                Some(field) => self.any(field),
                None => self.comparison(word),
            },
            Token::Text(_) | Token::Mark(_) => None,
        }
    }

    fn starts_with(&mut self) -> Option<Filter> {
        self.mark('(')?;
        let Token::Word(field) = self.next()? else { return None };
        self.mark(',')?;
        let value = self.value()?;
        self.mark(')')?;
        Some(Filter::Test(Test { field, op: Op::StartsWith, values: vec![value] }))
    }

    /// `names/any(n:n eq 'x')`, after `names/any`.
    fn any(&mut self, field: &str) -> Option<Filter> {
        self.mark('(')?;
        let variable = self.next()?;
        self.mark(':')?;
        if self.next()? != variable || !self.word_is("eq") {
            return None;
        }
        self.at += 1;
        let value = self.value()?;
        self.mark(')')?;
        Some(Filter::Test(Test { field: field.to_owned(), op: Op::Any, values: vec![value] }))
    }

    fn comparison(&mut self, field: String) -> Option<Filter> {
        let Token::Word(op) = self.next()? else { return None };
        let (op, values) = match op.to_ascii_lowercase().as_str() {
            "eq" => (Op::Eq, vec![self.value()?]),
            "ne" => (Op::Ne, vec![self.value()?]),
            "in" => (Op::In, self.values()?),
            _ => return None,
        };
        Some(Filter::Test(Test { field, op, values }))
    }

    fn values(&mut self) -> Option<Vec<Value>> {
        self.mark('(')?;
        let mut values = vec![self.value()?];
        loop {
            match self.next()? {
                Token::Mark(',') => values.push(self.value()?),
                Token::Mark(')') => return Some(values),
                _ => return None,
            }
        }
    }

    fn value(&mut self) -> Option<Value> {
        Some(match self.next()? {
            Token::Text(text) => Value::String(text),
            Token::Word(word) => match word.to_ascii_lowercase().as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                // A GUID without quotes, as properties of type Guid have it.
                _ => Value::String(word),
            },
            Token::Mark(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::odata::filter::Field;

    const FIELDS: &[Field] = &[
        Field::new("name", &[Op::Eq]),
        Field::new("on", &[Op::Eq]),
        Field::new("tags", &[Op::Any]),
        Field { name: "kind", ops: &[Op::Eq], exact: true },
    ];

    fn holds(filter: &str) -> bool {
        let row = json!({"name": "O'Brien (x)", "on": true, "tags": ["a", "b"], "kind": "One"});
        parse_filter(filter).unwrap().holds(&row, FIELDS)
    }

    #[test]
    fn filters_mean_what_they_say() {
        for (filter, expected) in [
            ("name eq 'o''brien (x)'", true),
            ("kind eq 'one'", false),
            ("kind eq 'One' and on eq true", true),
            ("kind eq 'Two' or startswith(name,'O')", true),
            ("name in ('a', 'O''Brien (x)')", true),
            ("tags/any(t:t eq 'b') and (on eq false or not (kind eq 'Two'))", true),
            ("unknown eq 'x'", false),
        ] {
            assert_eq!(holds(filter), expected, "{filter}");
        }
    }

    #[test]
    fn broken_filters_are_refused() {
        for filter in ["", "name", "name eq", "name eq 'x", "name eq 'x') ", "name like 'x'", "'x'"]
        {
            assert_eq!(parse_filter(filter).unwrap_err().status, 400, "{filter}");
        }
        assert!(parse_filter(&"(".repeat(10_000)).is_err());
    }

    #[test]
    fn sixteen_alternatives_are_one_too_many() {
        let list = |n: usize| format!("name in ({})", vec!["'x'"; n].join(","));
        let check = |n, advanced| check_alternatives(&parse_filter(&list(n)).unwrap(), advanced);
        assert!(check(15, false).is_ok());
        let refused = check(16, false).unwrap_err();
        assert_eq!(refused.code, "Request_UnsupportedQuery");
        assert!(refused.message.contains("operators: 16. Max allowed: 15"));
        assert!(check(16, true).is_ok());
    }
}
