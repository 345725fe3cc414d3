//! Patterns and the parsers of the same texts, for any text.

use consent::model::address::Address;
use consent::model::id::AppId;
use consent::model::schema::{JsonSchema, written};
use consent::model::scope::ScopeName;
use proptest::prelude::*;
use serde_json::Value;

use super::validator;

fn takes<T: JsonSchema>(text: &str) -> bool {
    validator(written::<T>().as_value()).is_valid(&Value::from(text))
}

#[test]
fn every_character_of_a_permission() {
    for c in (0..=0x17f_u32).filter_map(char::from_u32) {
        for text in [format!("{c}"), format!("a{c}"), format!("{c}a"), format!("a{c}a")] {
            assert_eq!(takes::<ScopeName>(&text), ScopeName::parse(&text).is_ok(), "{text:?}");
        }
    }
    for length in [0, 1, 119, 120, 121] {
        let text = "a".repeat(length);
        assert_eq!(takes::<ScopeName>(&text), ScopeName::parse(&text).is_ok(), "{length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn permissions(text in ".{0,8}|[!-~]{1,8}") {
        prop_assert_eq!(takes::<ScopeName>(&text), ScopeName::parse(&text).is_ok());
    }

    #[test]
    fn ids(text in "[0-9a-fA-F-]{35,37}|[0-9a-gA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-fA-F]{11,13}\n?") {
        prop_assert_eq!(takes::<AppId>(&text), text.parse::<AppId>().is_ok());
    }

    #[test]
    fn addresses(text in "[a-z_/]{0,6}|[ -~]{0,8}|.{0,6}") {
        prop_assert_eq!(takes::<Address>(&text), Address::try_from(text).is_ok());
    }
}
