use super::*;

#[test]
fn zones_have_their_regions() {
    for (cloud, zone, region) in [
        (Cloud::Gcp, "europe-west1-b", Some("europe-west1")),
        (Cloud::Gcp, "europe-west1", None),
        (Cloud::Gcp, "us", None),
        (Cloud::Aws, "eu-west-1a", Some("eu-west-1")),
        (Cloud::Aws, "us-west-2-lax-1a", Some("us-west-2")),
        (Cloud::Aws, "us-gov-west-1b", Some("us-gov-west-1")),
        (Cloud::Aws, "xx-new-9a", Some("xx-new-9")),
        (Cloud::Aws, "eu-west-1", None),
        (Cloud::Aws, "global", None),
        (Cloud::Azure, "westeurope", None),
    ] {
        assert_eq!(of_zone(cloud, zone).as_deref(), region, "{zone}");
    }
}

#[test]
fn known_lists_are_sorted_and_well_formed() {
    for (_, cloud) in Cloud::WORDS {
        let list = known::of(*cloud);
        assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{cloud}");
        assert!(
            list.iter().all(|name| spelling(name) == **name && is_known(name) && is_known_in(*cloud, name))
        );
    }
}

fn read(text: &str, source: crate::read::Source) -> Result<String, String> {
    let mut r = Reader::new(source);
    let region = Region::read(&mut r, &Json::from(text));
    r.finish(region).map(|region| region.to_string()).map_err(|faults| faults[0].to_string())
}

#[test]
fn a_new_region_is_taken_when_it_is_meant() {
    use crate::read::Source::{Declaration, Record};
    assert_eq!(read("West Europe", Declaration).as_deref(), Ok("westeurope"));
    assert_eq!(read("EU", Declaration).as_deref(), Ok("eu"));
    assert_eq!(read("antarctica-base-1", Declaration).as_deref(), Ok("antarctica-base-1"));
    assert_eq!(
        read("eu-west-9", Declaration).unwrap_err(),
        "`eu-west-9` is not a region that we know (did you mean `eu-west-1`? a new region is written with its cloud, as in `aws:eu-west-9`)"
    );
    assert_eq!(read("aws:eu-west-9", Declaration).as_deref(), Ok("aws:eu-west-9"));
    assert_eq!(read("eu-west-9", Record).as_deref(), Ok("eu-west-9"), "a newer writer may know it");
    for bad in ["", "e", "-eu", "eu west;1", "oracle:eu-west-1", "1-eu", "europe-west1-b"] {
        assert!(read(bad, Declaration).is_err(), "{bad}");
    }
}
