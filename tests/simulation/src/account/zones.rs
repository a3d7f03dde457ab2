//! Zones, their records and their routes.

use serde_json::{Value, json};

use super::{Account, Answer, Call, Maker, Record, Refused, Route, ok, page, views};

impl Account {
    pub(super) fn list_zones(&mut self, call: &Call) -> Answer {
        let name = call.query_value("name");
        let zones = self.zones.iter().filter(|zone| name.is_none_or(|name| name == zone.name));
        Ok(page(call, zones.map(views::zone).collect()))
    }

    pub(super) fn of_zone(&mut self, call: &Call, at: usize, rest: &[&str], maker: Maker) -> Answer {
        match (call.method, rest) {
            ("GET", []) => Ok(ok(views::zone(&self.zones[at]))),
            ("GET", ["dns_records"]) => self.list_records(call, at),
            ("GET", ["dns_records", id]) => Ok(ok(views::record(self.record(at, id)?))),
            ("POST", ["dns_records"]) => self.create_record(call, at, maker),
            ("PATCH", ["dns_records", id]) => self.patch_record(call, at, id, maker),
            ("DELETE", ["dns_records", id]) => self.delete_record(at, id),
            ("GET", ["workers", "routes"]) => Ok(ok(Value::from_iter(self.zones[at].routes.iter().map(views::route)))),
            ("GET", ["workers", "routes", id]) => {
                let route = self.zones[at].routes.iter().find(|route| route.id == *id);
                Ok(ok(views::route(route.ok_or((404, 10007, "Route not found."))?)))
            }
            ("POST", ["workers", "routes"]) => self.create_route(call, at, maker),
            ("PUT", ["workers", "routes", id]) => self.put_route(call, at, id, maker),
            ("DELETE", ["workers", "routes", id]) => self.delete_route(at, id),
            _ => Err(self.unknown(call)),
        }
    }

    fn list_records(&mut self, call: &Call, at: usize) -> Answer {
        for (name, _) in &call.query {
            if !matches!(name.as_str(), "match" | "name.exact" | "comment.startswith" | "page" | "per_page") {
                self.alarm(format!("unknown filter of records: {name}"));
            }
        }
        let name = call.query_value("name.exact").map(str::to_ascii_lowercase);
        let comment = call.query_value("comment.startswith").map(str::to_ascii_lowercase);
        let any = call.query_value("match") == Some("any");
        let meets = |record: &&Record| {
            let by_name = name.as_ref().map(|name| record.name == *name);
            let by_comment =
                comment.as_ref().map(|start| record.comment.to_ascii_lowercase().starts_with(start.as_str()));
            let mut tests = [by_name, by_comment].into_iter().flatten();
            if any { tests.any(|met| met) } else { tests.all(|met| met) }
        };
        Ok(page(call, self.zones[at].records.iter().filter(meets).map(views::record).collect()))
    }

    fn create_record(&mut self, call: &Call, at: usize, maker: Maker) -> Answer {
        let body = object(call)?;
        let mut record = Record {
            id: self.id(),
            kind: "A",
            name: String::new(),
            content: String::new(),
            proxied: false,
            ttl: 1,
            comment: String::new(),
            read_only: false,
            maker,
        };
        merge(&mut record, &body, self.zones[at].name)?;
        if record.name.is_empty() || record.content.is_empty() {
            return Err((400, 9000, "DNS name or content is missing."));
        }
        self.check_beside(at, &record)?;
        let shown = views::record(&record);
        self.zones[at].records.push(record);
        Ok(ok(shown))
    }

    /// What may not stand side by side.
    fn check_beside(&self, at: usize, record: &Record) -> Result<(), Refused> {
        let others = self.zones[at].records.iter().filter(|other| other.id != record.id && other.name == record.name);
        for other in others.filter(|other| matches!(other.kind, "A" | "AAAA" | "CNAME")) {
            if other.kind == record.kind && other.content == record.content {
                return Err((400, 81058, "An identical record already exists."));
            }
            if record.kind == "CNAME" {
                return Err((400, 81053, "An A, AAAA, or CNAME record with that host already exists."));
            }
            if other.kind == "CNAME" {
                return Err((400, 81054, "A CNAME record with that host already exists."));
            }
        }
        Ok(())
    }

    fn patch_record(&mut self, call: &Call, at: usize, id: &str, maker: Maker) -> Answer {
        let body = object(call)?;
        let zone = self.zones[at].name;
        let mut record = self.record(at, id)?.clone();
        if record.read_only {
            return Err((400, 1043, "This record is read-only."));
        }
        merge(&mut record, &body, zone)?;
        record.maker = maker;
        self.check_beside(at, &record)?;
        let shown = views::record(&record);
        if let Some(known) = self.zones[at].records.iter_mut().find(|known| known.id == id) {
            *known = record;
        }
        Ok(ok(shown))
    }

    fn delete_record(&mut self, at: usize, id: &str) -> Answer {
        if self.record(at, id)?.read_only {
            return Err((400, 1043, "This record is read-only."));
        }
        self.zones[at].records.retain(|record| record.id != id);
        Ok(ok(json!({ "id": id })))
    }

    fn record(&self, at: usize, id: &str) -> Result<&Record, Refused> {
        self.zones[at].records.iter().find(|record| record.id == id).ok_or((404, 81044, "Record does not exist."))
    }

    fn create_route(&mut self, call: &Call, at: usize, maker: Maker) -> Answer {
        let (pattern, script) = self.route_body(call, at)?;
        if self.zones[at].routes.iter().any(|route| route.pattern == pattern) {
            return Err((409, 10020, "workers.api.error.duplicate_route"));
        }
        let route = Route { id: self.id(), pattern, script, maker };
        let shown = self.written(&route);
        self.zones[at].routes.push(route);
        Ok(ok(shown))
    }

    fn put_route(&mut self, call: &Call, at: usize, id: &str, maker: Maker) -> Answer {
        let (pattern, script) = self.route_body(call, at)?;
        if self.zones[at].routes.iter().any(|route| route.pattern == pattern && route.id != id) {
            return Err((409, 10020, "workers.api.error.duplicate_route"));
        }
        let route = self.zones[at].routes.iter_mut().find(|route| route.id == id);
        let route = route.ok_or((404, 10009, "Route not found."))?;
        *route = Route { id: id.to_owned(), pattern, script, maker };
        let route = route.clone();
        Ok(ok(self.written(&route)))
    }

    fn delete_route(&mut self, at: usize, id: &str) -> Answer {
        let before = self.zones[at].routes.len();
        self.zones[at].routes.retain(|route| route.id != id);
        if self.zones[at].routes.len() == before {
            return Err((404, 10009, "Route not found."));
        }
        Ok(ok(json!({ "id": id })))
    }

    fn route_body(&mut self, call: &Call, at: usize) -> Result<(String, Option<String>), Refused> {
        let body = object(call)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let pattern = text("pattern").ok_or((400, 10022, "Could not understand route pattern"))?;
        let host = pattern.split('/').next().unwrap_or_default();
        if !host.ends_with(self.zones[at].name) || pattern.contains('?') {
            return Err((400, 10022, "Route pattern must include zone name"));
        }
        let script = text("script").map(str::to_owned);
        if let Some(name) = &script {
            let known = self.scripts.get_mut(name);
            let missing = (400, 10019, "Cannot configure a route for a Worker which does not exist.");
            if known.ok_or(missing)?.is_late(1) {
                return Err(missing);
            }
        }
        Ok((pattern.to_owned(), script))
    }

    fn written(&self, route: &Route) -> Value {
        if self.switches.bare_routes { json!({ "id": route.id }) } else { views::route(route) }
    }
}

fn object(call: &Call) -> Result<Value, Refused> {
    let parsed: Option<Value> = serde_json::from_slice(&call.body).ok();
    let is_json = call.content_type == "application/json";
    parsed.filter(|value| is_json && value.is_object()).ok_or((400, 10026, "could not parse request body"))
}

/// Members that a body names, checked as Cloudflare checks them.
fn merge(record: &mut Record, body: &Value, zone: &str) -> Result<(), Refused> {
    for (name, value) in body.as_object().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        match name.as_str() {
            "type" => {
                let kinds = ["A", "AAAA", "CNAME", "TXT"];
                let kind = kinds.into_iter().find(|kind| *kind == text);
                record.kind = kind.ok_or((400, 9000, "unknown type of record"))?;
            }
            "name" => {
                let name = text.trim_end_matches('.').to_ascii_lowercase();
                record.name = if name.ends_with(zone) { name } else { format!("{name}.{zone}") };
            }
            "content" => record.content = text.to_owned(),
            "proxied" => record.proxied = value.as_bool().unwrap_or_default(),
            "ttl" => record.ttl = value.as_u64().unwrap_or_default() as u32,
            "comment" if text.chars().count() > 100 => {
                return Err((400, 9313, "DNS record comment exceeds the maximum length of 100 characters."));
            }
            "comment" if text.contains(['\r', '\n']) => return Err((400, 1004, "DNS Validation Error")),
            "comment" => record.comment = text.to_owned(),
            _ => return Err((400, 1004, "DNS Validation Error: unknown member")),
        }
    }
    match record.kind {
        "A" if record.content.parse::<std::net::Ipv4Addr>().is_err() => {
            return Err((400, 9005, "Content for A record must be a valid IPv4 address."));
        }
        "AAAA" if record.content.parse::<std::net::Ipv6Addr>().is_err() => {
            return Err((400, 9006, "Content for AAAA record must be a valid IPv6 address."));
        }
        "CNAME" if record.content == record.name => return Err((400, 9007, "A CNAME may not point to itself.")),
        _ => {}
    }
    if record.proxied && record.kind == "TXT" {
        return Err((400, 9041, "This record type cannot be proxied."));
    }
    if record.proxied {
        record.ttl = 1;
    } else if record.ttl != 1 && !(60..=86_400).contains(&record.ttl) {
        return Err((400, 9021, "Invalid TTL."));
    }
    Ok(())
}
