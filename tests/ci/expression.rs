//! Expressions of GitHub's workflows, as far as the examples have them: paths, texts, `!`, `==`, `!=`, `&&`, `||`,
//! parentheses, and the functions that ask how the job goes.

use serde_json::Value;

/// How the job goes, for `success()`, `failure()`, `always()`, `cancelled()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Success,
    Failure,
}

struct Parser<'a> {
    rest: &'a str,
    context: &'a Value,
    status: Status,
    /// Whether it asked how the job goes: a condition that does not is asked `success()` first.
    asked: bool,
}

/// A text with `${{ }}` in it.
pub(crate) fn text(template: &str, context: &Value) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, inside)) = rest.split_once("${{") {
        let (expression, behind) = inside.split_once("}}").expect("an expression that ends");
        out.push_str(before);
        out.push_str(&worded(&value(expression, context, Status::Success).0));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// A condition, with or without `${{ }}` around it.
pub(crate) fn holds(condition: &str, context: &Value, status: Status) -> bool {
    let bare = condition.trim();
    let bare = bare.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(bare);
    let (value, asked) = value(bare, context, status);
    truthy(&value) && (asked || status == Status::Success)
}

fn value(expression: &str, context: &Value, status: Status) -> (Value, bool) {
    let mut parser = Parser { rest: expression.trim(), context, status, asked: false };
    let value = parser.or();
    assert_eq!(parser.rest, "", "not understood in {expression:?}");
    (value, parser.asked)
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(it) => *it,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(_) | Value::Object(_) => true,
    }
}

fn worded(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Parser<'_> {
    fn took(&mut self, sign: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(sign) else { return false };
        self.rest = rest.trim_start();
        true
    }

    fn or(&mut self) -> Value {
        let mut left = self.and();
        while self.took("||") {
            let right = self.and();
            left = if truthy(&left) { left } else { right };
        }
        left
    }

    fn and(&mut self) -> Value {
        let mut left = self.equal();
        while self.took("&&") {
            let right = self.equal();
            left = if truthy(&left) { right } else { left };
        }
        left
    }

    /// Texts are compared without letter case, and nothing is an empty one.
    fn equal(&mut self) -> Value {
        let left = self.single();
        let wanted = match () {
            () if self.took("==") => true,
            () if self.took("!=") => false,
            () => return left,
        };
        let right = self.single();
        let same = worded(&left).eq_ignore_ascii_case(&worded(&right));
        Value::Bool(same == wanted)
    }

    fn single(&mut self) -> Value {
        if self.took("!") {
            let value = self.single();
            return Value::Bool(!truthy(&value));
        }
        if self.took("(") {
            let value = self.or();
            assert!(self.took(")"), "no ) before {:?}", self.rest);
            return value;
        }
        if let Some(rest) = self.rest.strip_prefix('\'') {
            let (text, rest) = rest.split_once('\'').expect("a text that ends");
            self.rest = rest.trim_start();
            return Value::String(text.to_owned());
        }
        self.named()
    }

    fn named(&mut self) -> Value {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        assert!(!name.is_empty(), "nothing that is known at {:?}", self.rest);
        self.rest = rest.trim_start();
        if self.took("()") {
            self.asked = true;
            return Value::Bool(match name {
                "always" => true,
                "cancelled" => false,
                "success" => self.status == Status::Success,
                "failure" => self.status == Status::Failure,
                other => panic!("no function {other}"),
            });
        }
        let mut at = self.context;
        let mut names = name.split('.');
        let first = names.next().unwrap_or_default();
        at = at.get(first).unwrap_or_else(|| panic!("no context {first} here, for {name}"));
        names.fold(at, |at, name| at.get(name).unwrap_or(&Value::Null)).clone()
    }
}

#[test]
fn expressions_are_as_github_describes_them() {
    let context = serde_json::json!({
        "github": { "ref": "refs/heads/main", "event": { "number": 7 } }, "vars": {}, "steps": { "a-b": { "code": "2" } },
    });
    assert_eq!(text("x${{ github.event.number }}-${{ vars.NONE || 'it' }}", &context), "x7-it");
    for (condition, status, wanted) in [
        ("github.ref == 'REFS/heads/main'", Status::Success, true),
        ("github.ref == 'refs/heads/main'", Status::Failure, false),
        ("always()", Status::Failure, true),
        ("${{ !cancelled() && steps.a-b.code == '2' }}", Status::Failure, true),
        ("vars.NONE != ''", Status::Success, false),
        ("(vars.NONE || 'a') != 'b' && !vars.NONE", Status::Success, true),
        ("failure()", Status::Success, false),
    ] {
        assert_eq!(holds(condition, &context, status), wanted, "{condition} {status:?}");
    }
}
