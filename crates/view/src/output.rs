//! `wl_output` and `zxdg_output_v1`: the screens that clients see.
//!
//! Invariant: outputs lie side by side, from left to right, and do not overlap.

use farway_proto::wayland::ObjectId;

use crate::client::{Data, Target};
use crate::compositor::Compositor;
use crate::config::{Config, OutputConfig, Show};
use crate::dispatch::{Refusal, Request, Rule, code as display};
use crate::effect::ClientId;
use crate::geometry::{Point, Rect};

pub(crate) const RULES: &[Rule] = &[("zxdg_output_manager_v1", "get_xdg_output", get_xdg_output)];

/// A screen.
#[derive(Debug)]
pub(crate) struct Output {
    pub config: OutputConfig,
    /// Left upper corner in the space that all outputs share, in logical pixels.
    pub at: Point,
}

impl Output {
    /// All outputs of a configuration; one at least.
    pub fn all(config: &Config) -> Vec<Self> {
        let list = match &config.show {
            Show::Outputs(list) if list.is_empty() => vec![OutputConfig::default()],
            Show::Outputs(list) => list.clone(),
            Show::Windows(one) => vec![one.clone()],
        };
        let mut at = Point::default();
        let place = |config: OutputConfig| {
            let output = Self { at, config };
            at.x = at.x.saturating_add(output.config.logical().width);
            output
        };
        list.into_iter().map(place).collect()
    }

    /// Where it is, in logical pixels.
    pub fn rect(&self) -> Rect {
        self.config.logical().rect().moved(self.at)
    }
}

pub(crate) fn bound(view: &mut Compositor, target: Target) {
    view.describe_output(target);
    let Some(Data::Output(at)) = view.data(target).cloned() else { return };
    let on = view.surfaces.values().filter(|it| it.client() == target.client && it.entered.contains(&at));
    for surface in on.map(|it| it.target).collect::<Vec<_>>() {
        view.event(surface, "enter", |it| it.object(target.id));
    }
}

fn get_xdg_output(view: &mut Compositor, request: &mut Request<'_>) -> Result<(), Refusal> {
    let output = Target { client: request.client, id: request.object(1).unwrap_or(ObjectId(0)) };
    let Some(Data::Output(at)) = view.data(output).cloned() else {
        return Err(request.refuse_at(ObjectId(1), display::INVALID_OBJECT, "not a wl_output"));
    };
    let target = Target { client: request.client, id: request.new_id(0) };
    view.set_data(request.client, target.id, Data::Number(at as u32));
    view.describe_xdg_output(target, at);
    view.event(output, "done", |it| it);
    Ok(())
}

impl Compositor {
    /// The objects by which a client knows an output.
    pub(crate) fn outputs_bound(&self, client: ClientId, output: usize) -> Vec<ObjectId> {
        let Some(it) = self.clients.get(&client) else { return Vec::new() };
        it.outputs.iter().filter(|it| it.0 == output).map(|it| it.1).collect()
    }

    /// An output's object is gone.
    pub(crate) fn output_gone(&mut self, target: Target) {
        let Some(client) = self.clients.get_mut(&target.client) else { return };
        client.outputs.retain(|it| it.1 != target.id);
    }

    /// Changes an output and tells everybody.
    pub fn set_output(&mut self, output: usize, config: OutputConfig) {
        let Some(it) = self.outputs.get_mut(output) else { return };
        it.config = config;
        let mut at = Point::default();
        for output in &mut self.outputs {
            output.at = at;
            at.x = at.x.saturating_add(output.config.logical().width);
        }
        for target in self.objects_of(None, "zxdg_output_v1") {
            if let Some(Data::Number(at)) = self.data(target) {
                self.describe_xdg_output(target, *at as usize);
            }
        }
        for target in self.objects_of(None, "wl_output") {
            self.describe_output(target);
        }
        self.outputs_changed();
        self.settle();
    }

    fn describe_output(&mut self, target: Target) {
        let Some(Data::Output(at)) = self.data(target).cloned() else { return };
        let Some(output) = self.outputs.get(at) else { return };
        let (config, place) = (output.config.clone(), output.at);
        // A dot is a quarter of a millimetre on our screens.
        let (width, height) = (config.size.width / 4, config.size.height / 4);
        self.event(target, "geometry", |it| {
            it.int(place.x).int(place.y).int(width).int(height).int(0).str(b"farway").str(b"view").int(0)
        });
        let size = config.size;
        let refresh = config.refresh as i32;
        self.event(target, "mode", |it| it.uint(3).int(size.width).int(size.height).int(refresh));
        self.event(target, "scale", |it| it.int(config.scale.div_ceil(120) as i32));
        self.event(target, "name", |it| it.str(config.name.as_bytes()));
        self.event(target, "description", |it| it.str(b"farway view"));
        self.event(target, "done", |it| it);
    }

    fn describe_xdg_output(&mut self, target: Target, at: usize) {
        let Some(output) = self.outputs.get(at) else { return };
        let (rect, name) = (output.rect(), output.config.name.clone());
        self.event(target, "logical_position", |it| it.int(rect.x).int(rect.y));
        self.event(target, "logical_size", |it| it.int(rect.width).int(rect.height));
        self.event(target, "name", |it| it.str(name.as_bytes()));
        self.event(target, "description", |it| it.str(b"farway view"));
        if self.object(target).is_some_and(|it| it.version < 3) {
            self.event(target, "done", |it| it);
        }
    }
}
