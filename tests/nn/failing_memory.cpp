// Makes every allocation of a call fail in turn, for each call that changes a net or an optimizer: the call throws, all
// that can be seen stays as it was, and the same call done again leads to the bits of a training that nothing
// disturbed.
//
// The program's own operator new and aligned_alloc take the place of the library's. Each try has a thread of its own,
// since the caches of a new thread are empty.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <minijt/autograd/node.hpp>
#include <minijt/minijt.hpp>
#include <new>
#include <thread>

namespace {

constinit thread_local long until_failure = -1;  // allocations that succeed before one fails; negative: none does

bool fails() noexcept { return until_failure >= 0 && until_failure-- == 0; }

}  // namespace

void* operator new(std::size_t size) {
    void* const memory = fails() ? nullptr : std::malloc(size);
    if (!memory) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* memory = nullptr;
    return fails() || posix_memalign(&memory, alignment, size) != 0 ? nullptr : memory;
}

namespace {

using jt::Var;
namespace nn = jt::nn;

enum class Kind { sgd, adam, adan };

std::unique_ptr<nn::Optimizer> optimizer(Kind kind, const jt::Vars& parameters) {
    if (kind == Kind::adam) return std::make_unique<nn::Adam>(parameters, nn::AdamOptions{.lr = 0.01});
    if (kind == Kind::adan)
        return std::make_unique<nn::Adan>(parameters, nn::AdanOptions{.lr = 0.01, .max_grad_norm = 0.1});
    return std::make_unique<nn::SGD>(parameters, nn::SGDOptions{.lr = 0.1, .momentum = 0.9});
}

// A net with a normed and a plain layer, an optimizer amid its work, a loss, and states to load. Some parameters share
// their buffers with other Vars, so that writing to them takes an allocation.
struct World {
    nn::ModulePtr net = nn::make<nn::Sequential>(nn::make<nn::Linear>(3, 4), nn::make<nn::Tanh>(),
                                                 nn::make<nn::Linear>(4, 2), nn::make<nn::Linear>(2, 2, false));
    nn::Sequential& layers = net.as<nn::Sequential>();
    nn::Linear &normed = layers[0].as<nn::Linear>(), &plain = layers[2].as<nn::Linear>();
    Var x = jt::rand({5, 3}), loss;
    Var frozen = jt::without_grad([] { return jt::ones({3}); });
    std::unique_ptr<nn::Optimizer> opt;
    std::unique_ptr<nn::ExponentialLR> scheduler;
    std::vector<Var> sharing;
    nn::StateDict state, opt_state, scheduler_state;

    explicit World(Kind kind) {
        jt::weightnorm::weight_norm(normed, "weight", -1);
        plain.register_buffer("mean", jt::zeros({2}));
        plain.setattr("mean", jt::ones({2}) * 2.0);
        const jt::Vars parameters = net->parameters();
        opt = optimizer(kind, parameters);
        scheduler = std::make_unique<nn::ExponentialLR>(*opt, 0.9);
        scheduler_state = scheduler->state_dict();
        for (int k = 0; k < 2; ++k) scheduler->step();
        opt->step(new_loss());
        for (const auto& [name, var] : net->state_dict()) state.add(name, var.float64() * 0.5);
        opt_state = opt->state_dict();
        opt->step(new_loss());
        opt->backward(new_loss());
        loss = new_loss();
        for (const auto& p : parameters) sharing.push_back(p.detach());
    }
    Var new_loss() { return (net(x) * net(x)).sum(); }
};

void add(std::string& out, const std::string& name, const Var& x) {
    out += "\n" + name;
    if (!x.defined()) return;
    out += " grad=" + std::to_string(x.requires_grad()) +
           " replaced=" + std::to_string(x.node()->extra ? x.node()->extra->replacements : 0);
    for (const double number : x.to_vector<double>()) out += " " + std::to_string(number * 1e6);
}

// All that a failed call must leave as it was.
std::string seen(World& w) {
    std::string out = (w.x * 1.0).requires_grad() ? "recording" : "not recording";
    for (const auto& [path, module] : w.net->named_modules())
        for (const auto& name : module->attributes()) {
            const bool derived = module->is_derived(name), parameter = module->is_parameter(name);
            out += "\n" + path + (derived ? " derived" : parameter ? " parameter" : "");
            if (!module->child(name)) add(out, name, module->getattr(name));
        }
    for (const auto& [name, var] : w.opt->state_dict()) add(out, name, var);
    for (const auto& [name, var] : w.scheduler->state_dict()) add(out, name, var);
    add(out, "frozen", w.frozen);
    return out + "\n" + std::to_string(jt::drawing::state());
}

// The text of the error that f throws, if any.
template <class F>
std::string error_of(F f) {
    try {
        f();
    } catch (const jt::Error& error) {
        return error.what();
    }
    return "";
}

// What comes of it when the training goes on.
std::string later(World& w) {
    const std::string out = error_of([&] { w.opt->step(w.new_loss()); });
    nn::SGD(w.net->parameters(), {.lr = 0.1}).step(w.new_loss());
    return out + seen(w);
}

struct Call {
    const char* name;
    std::function<void(World&)> make;
    std::function<void(World&)> before = [](World&) {};
};

struct Outcome {
    bool failed = false;
    std::string before, disturbed, after;
};

// Takes what freed nodes and buffers left for reuse, so that whatever a call makes is an allocation.
std::vector<Var> emptied_caches(const World& w) {
    std::vector<Var> nodes;
    for (int k = 0; k < 1000; ++k) nodes.push_back(w.x.detach());
    jt::clear_buffer_cache();
    return nodes;
}

// Makes a call whose allocation number `n` fails, and then one that is let alone.
Outcome outcome(const Call& call, Kind kind, long n) {
    Outcome out;
    jt::set_global_seed(3);
    World w(kind);
    call.before(w);
    out.before = seen(w);
    const auto nodes = emptied_caches(w);
    if (n >= 0) try {
            until_failure = n;
            call.make(w);
        } catch (const std::bad_alloc&) {
            out.failed = true;
        }
    until_failure = -1;
    out.disturbed = seen(w);
    if (n < 0 || out.failed) out.after = error_of([&] { call.make(w); });
    out.after += later(w);
    return out;
}

Outcome in_new_thread(const Call& call, Kind kind, long n) {
    Outcome out;
    std::thread([&] { out = outcome(call, kind, n); }).join();
    return out;
}

bool survives(const Call& call, Kind kind) {
    const Outcome good = in_new_thread(call, kind, -1);
    long n = 0, traces = 0;
    for (;; ++n) {
        const Outcome out = in_new_thread(call, kind, n);
        if (!out.failed) break;
        if (out.disturbed == good.before && out.after == good.after) continue;
        if (++traces == 1) std::printf("%s: allocation %ld failed, and left a trace\n", call.name, n);
    }
    std::printf("%s: %ld allocations failed in turn, %ld left a trace\n", call.name, n, traces);
    return n > 0 && traces == 0;
}

Var doubled(nn::Module& m) { return m.getattr("bias") * 2.0; }

void derive(World& w) { w.plain.derive("weight_of_bias", {"bias"}, doubled); }

// Adds a group with a rate of its own to an optimizer of any kind.
void add_group(World& w, const jt::Vars& parameters) {
    const auto add_to = [&](auto* opt) {
        if (opt) opt->add_param_group({.params = parameters, .lr = 0.3});
    };
    add_to(dynamic_cast<nn::SGD*>(w.opt.get()));
    add_to(dynamic_cast<nn::Adam*>(w.opt.get()));
    add_to(dynamic_cast<nn::Adan*>(w.opt.get()));
}

void add_frozen(World& w) { add_group(w, {w.frozen}); }

void add_groups(World& w) {
    add_frozen(w);
    for (int k = 0; k < 9; ++k) add_group(w, {});
}

std::string file() {
    return std::filesystem::temp_directory_path() / ("failing_memory." + std::to_string(getpid()) + ".npz");
}

const std::vector<Call> calls = {
    {"step(loss)", [](World& w) { w.opt->step(w.new_loss()); }},
    {"step(loss) after zero_grad", [](World& w) { w.opt->step(w.new_loss()); }, [](World& w) { w.opt->zero_grad(); }},
    {"step(loss, retain_graph)", [](World& w) { w.opt->step(w.loss, true); }},
    {"backward", [](World& w) { w.opt->backward(w.new_loss()); }},
    {"backward(loss, retain_graph)", [](World& w) { w.opt->backward(w.loss, true); }},
    {"step()", [](World& w) { w.opt->step(); }},
    {"clip_grad_norm", [](World& w) { w.opt->clip_grad_norm(0.01); }},
    {"x[mask] = number", [](World& w) { w.plain.weight[w.plain.weight > 0] = 0.5; }},
    {"x[list] = v, recorded",
     [](World& w) {
         w.x[jt::list({0, 0})] = w.x[1] * 2.0;
     }},
    {"x[...] += v of a computed x",
     [](World& w) {
         w.x[{jt::_, 1}] += w.x[{jt::_, 0}] * 0.5;
     },
     [](World& w) { w.x = w.x * 1.0; }},
    {"add_",
     [](World& w) {
         const jt::no_grad guard;
         w.plain.weight.add_(0.25);
     }},
    {"clip_grad_value", [](World& w) { w.opt->clip_grad_value(0.01); }},
    {"add_param_group", add_frozen},
    {"a scheduler's step", [](World& w) { w.scheduler->step(); }, add_groups},
    {"Scheduler::load_state_dict", [](World& w) { w.scheduler->load_state_dict(w.scheduler_state); }},
    {"LambdaLR", [](World& w) { nn::LambdaLR(*w.opt, [](double epoch) { return 1 / (1 + epoch); }); }},
    {"init", [](World& w) { jt::init::xavier_uniform_(w.plain.weight); }},
    {"find_grad", [](World& w) { w.opt->find_grad(w.plain.weight); }},
    {"Optimizer::state_dict", [](World& w) { w.opt->state_dict(); }},
    {"Optimizer::load_state_dict", [](World& w) { w.opt->load_state_dict(w.opt_state); }},
    {"an optimizer", [](World& w) { nn::Adam(w.net->parameters(), {.lr = 1}); }},
    {"load_state_dict", [](World& w) { w.net->load_state_dict(w.state); }},
    {"load_state_dict, lenient",
     [](World& w) {
         w.normed.load_state_dict({{"weight_g", jt::ones({4, 1})}}, false);
     }},
    {"load_state_dict with a stale weight", [](World& w) { w.net->load_state_dict(w.state); },
     [](World& w) {
         w.state.add("0.weight", jt::ones({4, 3}) * 7.0);
     }},
    {"load", [](World& w) { w.net->load(file()); }, [](World& w) { nn::save_state(file(), w.state); }},
    {"save", [](World& w) { w.net->save(file()); }},
    {"weight_norm", [](World& w) { jt::weightnorm::weight_norm(w.plain, "weight", 0); }},
    {"a second weight_norm", [](World& w) { jt::weightnorm::weight_norm(w.normed, "bias"); }},
    {"remove_weight_norm", [](World& w) { jt::weightnorm::remove_weight_norm(w.normed); }},
    {"derive", derive, [](World& w) { w.plain.attr("weight_of_bias", jt::ones({2})); }},
    {"underive", [](World& w) { w.plain.underive("weight_of_bias", jt::ones({2}) * 3.0); },
     [](World& w) {
         w.plain.attr("weight_of_bias", jt::ones({2}));
         derive(w);
     }},
    {"rebuild_derived", [](World& w) { w.normed.rebuild_derived(); },
     [](World& w) {
         jt::weightnorm::weight_norm(w.normed, "bias");
         for (const auto& p : w.normed.parameters()) Var(p).assign(p * 2.0);
     }},
    {"attr", [](World& w) { w.plain.attr("another_attribute", jt::ones({2}) * 2.0); }},
    {"attr of a deleted name", [](World& w) { w.plain.attr("another_attribute", jt::ones({2}) * 2.0); },
     [](World& w) {
         w.plain.attr("another_attribute", jt::ones({2}));
         w.plain.delattr("another_attribute");
     }},
    {"register_buffer", [](World& w) { w.plain.register_buffer("another_attribute", jt::ones({2})); }},
    {"setattr",
     [](World& w) {
         w.plain.setattr("weight", jt::ones({2, 4}) * 2.0);
     }},
    {"setattr of a source",
     [](World& w) {
         w.normed.setattr("weight_g", jt::ones({4, 1}));
     }},
    {"setattr of a new name", [](World& w) { w.plain.setattr("another_attribute", jt::ones({2})); }},
    {"setattr of a module", [](World& w) { w.layers.setattr("1", nn::make<nn::ReLU>()); }},
    {"delattr", [](World& w) { w.plain.delattr("mean"); }},
    {"append", [](World& w) { w.layers.append(nn::make<nn::ReLU>()); }},
    {"clone", [](World& w) { w.net->clone(); }},
    {"parameters", [](World& w) { w.net->parameters(); }, [](World& w) { w.plain.weight = w.plain.weight * 2.0; }},
    {"state_dict", [](World& w) { w.net->state_dict(); }, [](World& w) { w.plain.weight = w.plain.weight * 2.0; }},
    {"a call", [](World& w) { w.net(w.x); }},
    {"assign",
     [](World& w) {
         w.plain.weight.assign(jt::ones({2, 4}));
     }},
    {"stop_grad", [](World& w) { Var(w.normed.weight.clone() * 1.0).stop_grad(), w.normed.weight.stop_grad(); }},
    {"set_name", [](World& w) { w.plain.weight.set_name("a name that is too long to be stored inside"); }},
};

}  // namespace

int main() {
    jt::set_warning_handler([](const std::string&) {});
    bool good = true;
    for (const Kind kind : {Kind::sgd, Kind::adam, Kind::adan})
        for (const auto& call : calls) good = survives(call, kind) && good;
    std::filesystem::remove(file());
    return good ? 0 : 1;
}
