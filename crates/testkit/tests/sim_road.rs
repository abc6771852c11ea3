//! scratch
use farway_testkit::sim::carrier::road::{MS, Scenario, run};

#[test]
fn show() {
    let far = std::env::var("LINK").unwrap_or("120ms,20Mbit,buffer=1MiB".into());
    for text in far.split(' ') {
        let profile = text.parse().unwrap();
        let scenario = Scenario { links: vec![(0, profile)], floods: 2, bursts: None, until: 15_000 * MS, cuts: vec![], fault: None };
        let r = run(scenario).unwrap();
        let d = |p, s| r.delay(p, s * MS) as f64 / 1e6;
        println!("{text}: delay p50 {} p95 {} p99 {} max {}; after 1s: p99 {} max {}; used 0-1s {} 1-15s {}; rate {:?}, in flight {} turns {} shares {:?}",
            d(50,0), d(95,0), d(99,0), d(100,0), d(99,1000), d(100,1000), r.used(&profile, 0, 1000*MS), r.used(&profile, 1000*MS, 15000*MS), r.rate, r.in_flight, r.turns, r.arrived);
        if std::env::var("V").is_ok() { println!("{:?}", r.tenths); println!("{:?}", r.delays.iter().map(|d| (d.0/MS, d.1/MS)).collect::<Vec<_>>()); }
    }
}
