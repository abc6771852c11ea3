//! scratch
use farway_testkit::sim::carrier::road::{MS, Scenario, run};

#[test]
fn show() {
    let far = std::env::var("LINK").unwrap_or("120ms,20Mbit,buffer=1MiB".into());
    let until: u64 = std::env::var("UNTIL").map_or(8000, |t| t.parse().unwrap());
    let bursts = std::env::var("BURST").ok().map(|t| { let (a, b) = t.split_once(',').unwrap(); (a.parse().unwrap(), b.parse::<u64>().unwrap() * MS) });
    let cuts: Vec<u64> = std::env::var("CUTS").map_or(vec![], |t| t.split(',').map(|c| c.parse::<u64>().unwrap() * MS).collect());
    for text in far.split(' ') {
        let links: Vec<_> = text.split('+').map(|t| { let (a, l) = t.split_once('@').unwrap_or(("0", t)); (a.parse::<u64>().unwrap() * MS, l.parse().unwrap()) }).collect();
        let profile = links.last().unwrap().1;
        let scenario = Scenario { links, floods: 2, bursts, until: until * MS, cuts: cuts.clone(), fault: None };
        let r = run(scenario).unwrap();
        let d = |p, s| r.delay(p, s * MS) as f64 / 1e6;
        println!("{text}: delay p50 {} p95 {} p99 {} max {}; after 1s: p99 {} max {}; used 0-1s {} 1-s {}; rate {:?}, in flight {} turns {} shares {:?}",
            d(50,0), d(95,0), d(99,0), d(100,0), d(99,1000), d(100,1000), r.used(&profile, 0, 1000*MS), r.used(&profile, 1000*MS, until*MS), r.rate, r.in_flight, r.turns, r.arrived);
        if std::env::var("V").is_ok() { println!("{:?}", r.tenths.iter().map(|t| t * 80 / 1_000_000).collect::<Vec<_>>()); println!("{:?}", r.delays.iter().filter(|d| d.0 > 1950*MS).step_by(3).take(60).map(|d| (d.0/MS, d.1/MS)).collect::<Vec<_>>()); }
    }
}
