//! Manifests that somebody broke, in every place and in every way.

use toml::Value;

/// What can be done to one value, or to the key it stands under.
#[derive(Debug, Clone)]
pub enum Harm {
    Remove,
    /// The key loses its last letter.
    Misspell,
    /// A key that nobody knows stands in the table.
    Add,
    /// The text goes on.
    Longer,
    Put(Value),
}

pub fn harms() -> Vec<Harm> {
    let text = |text: &str| Value::String(text.to_owned());
    let put = [
        Value::Boolean(true),
        Value::Integer(1),
        Value::Integer(-1),
        Value::Integer(101),
        Value::Integer(1 << 32),
        Value::Float(1.5),
        text(""),
        text(" "),
        text("two words"),
        text("Exact"),
        Value::Datetime("2027-06-30".parse().unwrap()),
        Value::Datetime("2027-06-30T10:00:00Z".parse().unwrap()),
        Value::Datetime("10:00:00".parse().unwrap()),
        Value::Array(Vec::new()),
        Value::Array(vec![text("")]),
        Value::Array(vec![text("a"), Value::Integer(1)]),
        Value::Table(toml::Table::new()),
        Value::Array(vec![Value::Table(toml::Table::new())]),
    ];
    let others = [Harm::Remove, Harm::Misspell, Harm::Add, Harm::Longer];
    others.into_iter().chain(put.map(Harm::Put)).collect()
}

/// One step into a value: a key of a table, or an item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Item(usize),
}

/// The ways to all values inside of this one, in order.
pub fn places(value: &Value) -> Vec<Vec<Step>> {
    let inside: Vec<(Step, &Value)> = match value {
        Value::Table(table) => {
            table.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(at, v)| (Step::Item(at), v)).collect()
        }
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (step, value) in inside {
        found.push(vec![step.clone()]);
        let deeper = places(value).into_iter();
        found.extend(deeper.map(|way| [vec![step.clone()], way].concat()));
    }
    found
}

/// The manifest with one harm done, where it can be done in that place.
pub fn done(manifest: &Value, place: &[Step], harm: &Harm) -> Option<Value> {
    let mut broken = manifest.clone();
    let (last, way) = place.split_last()?;
    let mut around = &mut broken;
    for step in way {
        around = match step {
            Step::Key(key) => around.get_mut(key)?,
            Step::Item(at) => around.get_mut(*at)?,
        };
    }
    match (around, last) {
        (Value::Table(table), Step::Key(key)) => harm_key(table, key, harm)?,
        (Value::Array(items), Step::Item(at)) => harm_item(items, *at, harm)?,
        _ => return None,
    }
    Some(broken)
}

fn harm_key(table: &mut toml::Table, key: &str, harm: &Harm) -> Option<()> {
    match harm {
        Harm::Remove => drop(table.remove(key)?),
        Harm::Misspell => {
            let value = table.remove(key)?;
            let mut other = key.to_owned();
            other.pop();
            table.insert(other, value);
        }
        Harm::Add => drop(table.insert("zz".to_owned(), Value::Integer(1))),
        Harm::Longer => longer(table.get_mut(key)?)?,
        Harm::Put(value) => drop(table.insert(key.to_owned(), value.clone())),
    }
    Some(())
}

fn harm_item(items: &mut Vec<Value>, at: usize, harm: &Harm) -> Option<()> {
    match harm {
        Harm::Remove => drop(items.remove(at)),
        Harm::Misspell | Harm::Add => return None,
        Harm::Longer => longer(items.get_mut(at)?)?,
        Harm::Put(value) => *items.get_mut(at)? = value.clone(),
    }
    Some(())
}

fn longer(value: &mut Value) -> Option<()> {
    let Value::String(text) = value else { return None };
    text.push('x');
    Some(())
}
