// SPDX-License-Identifier: GPL-2.0-only
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WAY_MAX 240

/* What is looked at: one mirror and one of its targets. */
struct look {
	const struct mirror *mirror;		/* of the wish */
	const struct topology *topology;
	const struct target *target;
	const struct topology_copy *copies;	/* one for each source */
	size_t count;
	size_t leaves;				/* node: the copy leaves by the target */
	struct topology_walk *walk;		/* free to use */
	struct topology_walk *ways;		/* where the copies get to, for place_refuse() */
	struct error_list *errors;
};

static const char *node_name(const struct topology *topology, size_t node)
{
	return topology_device(topology, node)->name;
}

static const char *node_direction(size_t node)
{
	return direction_name(topology_direction(node));
}

static const char *kind_of(const struct topology_device *device)
{
	return device->link ? device->link->kind : "";
}

static size_t opposite(size_t node)
{
	return node ^ 1;
}

/* A port on the way, for advice: the one that enters or leaves its master. */
static const struct topology_device *port_on_way(const struct topology_walk *walk,
						 size_t node)
{
	for (;; node = walk->visits[node].from) {
		const struct topology_device *device = topology_device(walk->topology, node);

		if (device->master != TOPOLOGY_NONE)
			return device;
		if (walk->visits[node].step == STEP_START)
			return NULL;
	}
}

/* --- copies that are copied again --- */

/* What would be right, by what the way is made of. */
static void loop_advice(const struct look *look, size_t node, char *text, size_t size)
{
	const struct topology_walk *walk = look->walk;
	const struct topology *topology = look->topology;
	size_t inside = topology_walk_step(walk, node, STEP_ENCAPSULATED);
	size_t copied = topology_walk_step(walk, node, STEP_COPIED);

	if (inside != TOPOLOGY_NONE) {
		const struct topology_device *tunnel;

		tunnel = topology_device(topology, walk->visits[inside].from);
		snprintf(text, size,
			 "nothing keeps the packets of the existing tunnel %s from being copied: give the tunnel itself as target, --to %s,remote=..., whose packets are recognised",
			 tunnel->name, tunnel->link ? tunnel->link->kind : "vxlan");
	} else if (copied != TOPOLOGY_NONE) {
		const struct topology_copy *copy = &topology->copies[walk->visits[copied].copy];

		snprintf(text, size,
			 "mirror '%s' copies %s:%s to %s: choose another target for one of them",
			 copy->name, node_name(topology, copy->source),
			 node_direction(copy->source),
			 node_name(topology, copy->destination));
	} else {
		snprintf(text, size,
			 "choose a target that does not lead there, a name that is no device yet becomes a pair of its own");
	}
}

static bool loop_told(bool *told, const struct look *look, size_t node)
{
	const struct topology *topology = look->topology;
	bool was = false;

	/* Each mirror on the way is a part of the same loop. */
	for (; look->walk->visits[node].step != STEP_START; node = look->walk->visits[node].from)
		if (look->walk->visits[node].step == STEP_COPIED)
			told[look->walk->visits[node].copy] = true;
	for (node = 0; node < look->count; node++) {
		was |= told[&look->copies[node] - topology->copies];
		told[&look->copies[node] - topology->copies] = true;
	}
	return was;
}

static int loop_refuse(const struct look *look, bool *told)
{
	const struct topology *topology = look->topology;
	char way[WAY_MAX] = "", advice[WAY_MAX];
	size_t i;
	int error;

	error = topology_walk_begin(look->walk, topology, STEPS_COPIES);
	if (error)
		return error;
	topology_walk_start(look->walk, look->leaves);
	topology_walk_run(look->walk);
	for (i = 0; i < look->count; i++) {
		size_t source = look->copies[i].source;

		if (!topology_reached(look->walk, source))
			continue;
		if (loop_told(told, look, source))
			return -EINVAL;
		topology_walk_text(look->walk, source, way, sizeof(way));
		loop_advice(look, source, advice, sizeof(advice));
		return error_definition(look->errors, &look->target->where,
					"%s:%s%s: the copies would be copied again, without end: %s",
					node_name(topology, source), node_direction(source),
					way, advice);
	}
	return 0;
}

/* --- the frame and its copy in one place --- */

static void port_advice(const struct topology_walk *walk, size_t node, char *text,
			size_t size)
{
	const struct topology_device *port = port_on_way(walk, node);

	if (port)
		snprintf(text, size, "take %s out of %s (ip link set %s nomaster), or choose another target",
			 port->name, walk->topology->devices[port->master].name, port->name);
	else
		snprintf(text, size, "choose another target, a name that is no device yet becomes a pair of its own");
}

/* Would the frame itself leave by a device that its copy leaves by too? */
static int double_refuse(const struct look *look)
{
	const struct topology_walk *ways = look->ways;
	const struct topology *topology = look->topology;
	char way[WAY_MAX] = "", advice[WAY_MAX];
	size_t i, node, root;
	int error;

	error = topology_walk_begin(look->walk, topology, STEPS_FRAME);
	if (error)
		return error;
	for (i = 0; i < look->count; i++)
		topology_walk_start(look->walk, look->copies[i].source);
	topology_walk_run(look->walk);
	for (i = 0; i < look->walk->queued; i++) {
		node = look->walk->queue[i];
		if (topology_direction(node) != DIRECTION_EGRESS || !topology_reached(ways, node))
			continue;
		root = topology_walk_root(look->walk, node);
		topology_walk_text(ways, node, way, sizeof(way));
		port_advice(ways, node, advice, sizeof(advice));
		return error_definition(look->errors, &look->target->where,
					"%s:%s%s: frames of %s leave by %s as well, with the copies they would be delivered twice: %s",
					node_name(topology, root), node_direction(root), way,
					node_name(topology, root), node_name(topology, node),
					advice);
	}
	return 0;
}

/* Would what arrives by the target leave by it again, as a copy? */
static int reflection_refuse(const struct look *look)
{
	const struct topology *topology = look->topology;
	char way[WAY_MAX] = "", advice[WAY_MAX];
	size_t i;
	int error;

	error = topology_walk_begin(look->walk, topology, STEPS_FRAME);
	if (error)
		return error;
	topology_walk_start(look->walk, opposite(look->leaves));
	topology_walk_run(look->walk);
	for (i = 0; i < look->count; i++) {
		size_t source = look->copies[i].source;

		if (!topology_reached(look->walk, source))
			continue;
		topology_walk_text(look->walk, source, way, sizeof(way));
		port_advice(look->walk, source, advice, sizeof(advice));
		return error_definition(look->errors, &look->target->where,
					"%s -> %s: frames that arrive by %s pass %s:%s, the copies would go back to where they came from: %s",
					way + strlen(" -> "), look->target->device,
					look->target->device, node_name(topology, source),
					node_direction(source), advice);
	}
	return 0;
}

/* Would a copy of what leaves by a device arrive at it? */
static int return_refuse(const struct look *look)
{
	const struct topology_walk *ways = look->ways;
	const struct topology *topology = look->topology;
	char way[WAY_MAX] = "", advice[WAY_MAX];
	size_t i;

	for (i = 0; i < look->count; i++) {
		size_t source = look->copies[i].source;

		if (topology_direction(source) != DIRECTION_EGRESS ||
		    !topology_reached(ways, opposite(source)))
			continue;
		topology_walk_text(ways, opposite(source), way, sizeof(way));
		port_advice(ways, opposite(source), advice, sizeof(advice));
		return error_definition(look->errors, &look->target->where,
					"%s:%s%s: what target '%s' takes comes out of '%s', frames that left there would arrive there: %s",
					node_name(topology, source), node_direction(source),
					way, look->target->device,
					node_name(topology, source), advice);
	}
	return 0;
}

static int place_refuse(const struct look *look)
{
	int error;

	error = topology_walk_begin(look->ways, look->topology, STEPS_FRAME);
	if (!error) {
		topology_walk_start(look->ways, look->leaves);
		topology_walk_run(look->ways);
		error = return_refuse(look);
	}
	if (!error)
		error = double_refuse(look);
	if (!error)
		error = reflection_refuse(look);
	return error;
}

/* --- tc under a classful qdisc --- */

static bool is_classful(const char *qdisc)
{
	static const char *const kinds[] = {
		"htb", "hfsc", "prio", "drr", "qfq", "cbq", "ets", "atm", "dsmark",
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(qdisc, kinds[i]))
			return true;
	return false;
}

static int qdisc_refuse(const struct look *look)
{
	const struct topology *topology = look->topology;
	size_t i;
	int error;

	if (look->mirror->path != MIRROR_PATH_TC)
		return 0;
	error = topology_walk_begin(look->walk, topology, STEPS_ITSELF | STEP_GUARDED);
	if (error)
		return error;
	topology_walk_start(look->walk, look->leaves);
	topology_walk_run(look->walk);
	for (i = 0; i < look->count; i++) {
		size_t source = look->copies[i].source;
		const struct topology_device *device = topology_device(topology, source);

		if (topology_direction(source) != DIRECTION_EGRESS || !device->link ||
		    !is_classful(device->link->qdisc) ||
		    !topology_reached(look->walk, source))
			continue;
		return error_definition(look->errors, &look->target->where,
					"the copies of %s leave by %s again, whose root qdisc is %s: with tc's mirred below such a qdisc kernels lock up at the first packet, use the nft path, or give %s a qdisc without classes",
					device->name, device->name, device->link->qdisc,
					device->name);
	}
	return 0;
}

/* --- one frame, two sources --- */

/* The words for two devices of which some frames pass both. */
static int overlap_refuse(const struct topology *topology, const struct source *a,
			  const struct source *b, struct error_list *errors)
{
	const struct topology_device *first, *second, *master, *other;

	first = &topology->devices[topology_find(topology, a->device)];
	second = &topology->devices[topology_find(topology, b->device)];
	master = first->first_port != TOPOLOGY_NONE ? first : second;
	other = master == first ? second : first;
	if (master->first_port != TOPOLOGY_NONE)
		return error_definition(errors, &b->where,
					"frames of %s '%s' pass its port '%s' too, and would be copied twice: leave out %s to see what passes the ports, or its ports to see what this host sends and receives",
					kind_of(master), master->name, other->name, master->name);
	return error_definition(errors, &b->where,
				"frames of '%s' pass '%s' too, and would be copied twice: leave one of them out",
				a->device, b->device);
}

static bool are_ports_of_one(const struct topology *topology, size_t a, size_t b)
{
	return topology_device(topology, a)->master != TOPOLOGY_NONE &&
	       topology_device(topology, a)->master == topology_device(topology, b)->master;
}

static void ports_warn(const struct topology *topology, const struct mirror *mirror,
		       size_t a, size_t b, struct error_list *warnings)
{
	const char *bridge;

	bridge = topology->devices[topology_device(topology, a)->master].name;
	error_system(warnings, 0,
		     "%s: frames that bridge %s passes from source %s to source %s are copied at both: name one direction of its ports to see them once",
		     mirror->name, bridge, node_name(topology, a), node_name(topology, b));
}

/* What is looked at: the sources of one mirror. */
struct sources {
	const struct topology *topology;
	const struct mirror *mirror;
	const struct source *hooks;
	size_t *nodes;			/* of the hooks, or TOPOLOGY_NONE */
	bool *is_source;		/* by node */
	size_t count;
	bool warned;			/* of ports; once is enough */
	struct error_list *errors, *warnings;
};

/* Most sources are by themselves. */
static bool leads_to_source(const struct sources *sources, const struct topology_walk *walk)
{
	size_t i;

	for (i = 1; i < walk->queued; i++)
		if (sources->is_source[walk->queue[i]])
			return true;
	return false;
}

/* Pairs of which @walk reaches the second from the first, hook @from. */
static int overlaps_from(struct sources *sources, const struct topology_walk *walk,
			 size_t from)
{
	size_t a = sources->nodes[from];
	size_t i;

	if (!leads_to_source(sources, walk))
		return 0;
	for (i = 0; i < sources->count; i++) {
		size_t b = sources->nodes[i];
		struct topology_overlap overlap;

		if (i == from || b == TOPOLOGY_NONE || !topology_reached(walk, b))
			continue;
		topology_walk_overlap(walk, b, &overlap);
		if (overlap.relation != OVERLAP_SOME)
			continue;
		if (!are_ports_of_one(sources->topology, a, b))
			return overlap_refuse(sources->topology, &sources->hooks[from],
					      &sources->hooks[i], sources->errors);
		if (!sources->warned && sources->warnings)
			ports_warn(sources->topology, sources->mirror, a, b,
				   sources->warnings);
		sources->warned = true;
	}
	return 0;
}

static int overlaps_find(struct sources *sources, struct topology_walk *walk)
{
	size_t i;
	int error;

	for (i = 0; i < sources->count; i++) {
		if (sources->nodes[i] == TOPOLOGY_NONE)
			continue;
		error = topology_walk_begin(walk, sources->topology,
					    STEPS_FRAME | STEP_TAGGED);
		if (error)
			return error;
		topology_walk_start(walk, sources->nodes[i]);
		topology_walk_run(walk);
		error = overlaps_from(sources, walk, i);
		if (error)
			return error;
	}
	return 0;
}

static int overlaps_judge(const struct topology *topology, const struct mirror *mirror,
			  struct topology_walk *walk, struct error_list *errors,
			  struct error_list *warnings)
{
	struct sources sources = {
		.topology = topology, .mirror = mirror, .errors = errors,
		.warnings = warnings,
	};
	size_t i;
	int error;

	sources.hooks = mirror_hooks(mirror, &sources.count);
	sources.nodes = calloc(sources.count + 1, sizeof(*sources.nodes));
	sources.is_source = calloc(2 * topology->count + 1, sizeof(*sources.is_source));
	error = sources.nodes && sources.is_source ? 0 : -ENOMEM;
	if (error)
		goto out_free;
	for (i = 0; i < sources.count; i++) {
		size_t device = topology_find(topology, sources.hooks[i].device);

		sources.nodes[i] = device == TOPOLOGY_NONE ? TOPOLOGY_NONE :
				   topology_node(device, sources.hooks[i].direction);
		if (device != TOPOLOGY_NONE)
			sources.is_source[sources.nodes[i]] = true;
	}
	error = overlaps_find(&sources, walk);
out_free:
	free(sources.is_source);
	free(sources.nodes);
	return error;
}

static const char *target_in_common(const struct mirror *a, const struct mirror *b)
{
	size_t i, j;

	for (i = 0; i < a->target_count; i++)
		for (j = 0; j < b->target_count; j++)
			if (!strcmp(a->targets[i].device, b->targets[j].device))
				return a->targets[i].device;
	return NULL;
}

/* A hook of @other that some of the frames of the walk pass as well, or NULL. */
static const struct source *overlap_with(const struct topology_walk *walk,
					 const struct mirror *other)
{
	const struct source *hooks;
	size_t count, i;

	hooks = mirror_hooks(other, &count);
	for (i = 0; i < count; i++) {
		size_t device = topology_find(walk->topology, hooks[i].device);
		struct topology_overlap overlap;
		size_t node;

		if (device == TOPOLOGY_NONE)
			continue;
		node = topology_node(device, hooks[i].direction);
		if (!topology_reached(walk, node))
			continue;
		topology_walk_overlap(walk, node, &overlap);
		if (overlap.relation == OVERLAP_SOME)
			return &hooks[i];
	}
	return NULL;
}

/* What passes one hook against all other mirrors. Two mirrors may select other
 * frames, so it is only said, once for two of them. */
static void hook_warn(const struct topology_walk *walk, size_t mine, const struct source *hook,
		      bool *told, struct error_list *warnings)
{
	const struct topology_input *input = walk->topology->input;
	const struct mirror *mirror = &input->mirrors[mine];
	size_t i;

	for (i = 0; i < input->mirror_count; i++) {
		const struct mirror *other = &input->mirrors[i];
		const char *target = target_in_common(mirror, other);
		const struct source *theirs;

		if (i == mine || !target || told[mine * input->mirror_count + i])
			continue;
		theirs = overlap_with(walk, other);
		if (!theirs)
			continue;
		told[mine * input->mirror_count + i] = true;
		told[i * input->mirror_count + mine] = true;
		error_system(warnings, 0,
			     "mirrors '%s' and '%s' both send to %s: frames that pass %s:%s and %s:%s and that both select are copied twice",
			     mirror->name, other->name, target, hook->device,
			     direction_name(hook->direction), theirs->device,
			     direction_name(theirs->direction));
	}
}

static int hooks_warn(const struct topology *topology, size_t mirror,
		      struct topology_walk *walk, bool *told, struct error_list *warnings)
{
	const struct source *hooks;
	size_t count, i;

	hooks = mirror_hooks(&topology->input->mirrors[mirror], &count);
	for (i = 0; i < count; i++) {
		size_t device = topology_find(topology, hooks[i].device);

		if (device == TOPOLOGY_NONE)
			continue;
		if (topology_walk_begin(walk, topology, STEPS_FRAME | STEP_TAGGED))
			return -ENOMEM;
		topology_walk_start(walk, topology_node(device, hooks[i].direction));
		topology_walk_run(walk);
		/* Most frames go nowhere else. */
		if (walk->queued > 1)
			hook_warn(walk, mirror, &hooks[i], told, warnings);
	}
	return 0;
}

static int all_mirrors_warn(const struct topology *topology, struct topology_walk *walk,
			    struct error_list *warnings)
{
	size_t count = topology->input->mirror_count;
	bool *told = calloc(count * count + 1, sizeof(*told));
	size_t i;
	int error = told ? 0 : -ENOMEM;

	for (i = 0; i < count && count > 1 && !error; i++)
		error = hooks_warn(topology, i, walk, told, warnings);
	free(told);
	return error;
}

/* --- copies of copies --- */

/* Most ways from a target pass nobody's source. */
static bool passes_copies(const struct topology_walk *walk)
{
	size_t i;

	for (i = 0; i < walk->queued; i++) {
		const struct topology_device *device;

		device = topology_device(walk->topology, walk->queue[i]);
		if (device->first_copy[topology_direction(walk->queue[i])] != TOPOLOGY_NONE)
			return true;
	}
	return false;
}

/* One line for each other mirror that the way from a target passes. */
static void chain_warn(const struct topology_walk *walk, const char *name, bool wished,
		       size_t leaves, struct error_list *warnings)
{
	const struct topology *topology = walk->topology;
	const char *before = NULL;
	size_t i;

	for (i = 0; i < topology->copy_count; i++) {
		const struct topology_copy *copy = &topology->copies[i];

		if (!topology_reached(walk, copy->source) || !strcmp(copy->name, name) ||
		    (!wished && copy->mirror == TOPOLOGY_NONE) ||
		    (before && !strcmp(before, copy->name)) ||
		    topology_walk_step(walk, copy->source, STEP_GUARDED) != TOPOLOGY_NONE)
			continue;
		before = copy->name;
		error_system(warnings, 0,
			     "copies of mirror %s to %s pass %s:%s, where mirror %s copies them again to %s",
			     name, node_name(topology, leaves),
			     node_name(topology, copy->source), node_direction(copy->source),
			     copy->name, node_name(topology, copy->destination));
	}
}

static int chains_warn(const struct topology *topology, struct topology_walk *walk,
		       struct error_list *warnings)
{
	const struct topology_copy *before = NULL;
	size_t i;
	int error;

	for (i = 0; i < topology->copy_count; i++) {
		const struct topology_copy *copy = &topology->copies[i];

		/* All sources of a mirror share a target's way. */
		if (before && before->destination == copy->destination &&
		    !strcmp(before->name, copy->name))
			continue;
		before = copy;
		error = topology_walk_begin(walk, topology, STEPS_ITSELF);
		if (error)
			return error;
		topology_walk_start(walk, copy->destination);
		topology_walk_run(walk);
		if (passes_copies(walk))
			chain_warn(walk, copy->name, copy->mirror != TOPOLOGY_NONE,
				   copy->destination, warnings);
	}
	return 0;
}

/* --- the whole --- */

static int targets_judge(const struct topology *topology, struct topology_walk *walk,
			 struct error_list *errors)
{
	bool *told = calloc(topology->copy_count + 1, sizeof(*told));
	struct topology_walk ways = { 0 };
	int error = told ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < topology->copy_count && error != -ENOMEM; ) {
		const struct topology_copy *copy = &topology->copies[i];
		struct look look = {
			.topology = topology, .target = copy->target, .copies = copy,
			.leaves = copy->destination, .walk = walk, .ways = &ways,
			.errors = errors,
		};

		for (; i < topology->copy_count &&
		     topology->copies[i].target == copy->target &&
		     topology->copies[i].mirror == copy->mirror; i++)
			look.count++;
		if (copy->mirror == TOPOLOGY_NONE)
			continue;	/* it runs, and was judged when it came */
		look.mirror = &topology->input->mirrors[copy->mirror];
		error = loop_refuse(&look, told);
		if (!error)
			error = place_refuse(&look);
		if (!error)
			error = qdisc_refuse(&look);
	}
	topology_walk_free(&ways);
	free(told);
	return error == -ENOMEM ? error : 0;
}

int loop_judge(const struct topology *topology, struct error_list *errors,
	       struct error_list *warnings)
{
	const struct topology_input *input = topology->input;
	struct topology_walk walk = { 0 };
	size_t before = errors->count;
	size_t i;
	int error;

	error = targets_judge(topology, &walk, errors);
	for (i = 0; i < input->mirror_count && error != -ENOMEM; i++)
		error = overlaps_judge(topology, &input->mirrors[i], &walk, errors, warnings);
	if (error != -ENOMEM && warnings)
		error = all_mirrors_warn(topology, &walk, warnings) ?: error;
	/* With a loop there is no end of copies of copies. */
	if (error != -ENOMEM && errors->count == before && warnings)
		error = chains_warn(topology, &walk, warnings);
	topology_walk_free(&walk);
	if (error == -ENOMEM)
		return error;
	return errors->count > before ? -EINVAL : 0;
}
