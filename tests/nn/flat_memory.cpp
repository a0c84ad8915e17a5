// What is warm holds as many allocations after many rounds as before, and asks for no new buffer: a training with
// weight norm, hooks, gradients of gradients, an evaluation and a copy of the net in between; and the gradients, kept
// and differentiated again, of a layer with each kind of hook.
#include <cstdio>
#include <cstdlib>
#include <minijt/minijt.hpp>
#include <new>

namespace {

long held = 0, buffers = 0;  // allocations that were not given back, buffers that were ever made

void* counted(long& count, void* memory) noexcept {
    if (memory) ++count;
    return memory;
}

}  // namespace

// Out of line: a compiler that sees through them wonders at a free() of what new gave.
[[gnu::noinline]] void* operator new(std::size_t size) {
    void* const memory = counted(held, std::malloc(size));
    if (!memory) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted(held, std::malloc(size));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    if (memory) --held;
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* memory = nullptr;
    return counted(buffers, posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr);
}

namespace {

using jt::Var;
namespace nn = jt::nn;

struct Training {
    nn::ModulePtr first = nn::make<nn::Linear>(6, 5), last = nn::make<nn::Linear>(5, 3);
    nn::ModulePtr net = nn::make<nn::Sequential>(first, nn::make<nn::Tanh>(), nn::make<nn::Dropout>(0.5), last);
    Var x = jt::rand({4, 6}), classes = jt::array({0, 2, 1, 0});
    double history = 0;

    Training() {
        jt::weightnorm::weight_norm(first, "weight", -1);
        jt::weightnorm::weight_norm(last, "weight", {0, 1});
    }
    Var loss() { return nn::cross_entropy_loss(net(x), classes); }

    void step(nn::Optimizer& optimizer) {
        Var loss = this->loss();
        loss.register_hook([](const Var& g) { return g * 0.5; });
        history += loss.item();
        optimizer.step(loss);
    }
    void second_order() {
        const Var v = first->getattr("weight_v");
        const Var g = jt::grad(loss(), v);
        history += jt::grad((g * g).sum(), v).sum().item();
    }
    void evaluate() {
        const nn::ModulePtr copy = net->clone();
        copy->eval();
        const jt::no_grad quiet;
        history += copy(x).sum().item();
    }
    void run(nn::Optimizer& optimizer, int steps) {
        for (int k = 0; k < steps; ++k) {
            step(optimizer);
            if (k % 10 == 0) second_order();
            if (k % 10 == 5) evaluate();
        }
    }
};

// Many rounds after fifty that warm up.
template <class Run>
bool flat(const char* name, Run run, int rounds = 1000) {
    run(50);
    const long held_before = held, buffers_before = buffers;
    run(rounds);
    std::printf("%s: allocations held: %ld, then %ld; buffers made: %ld, then %ld\n", name, held_before, held,
                buffers_before, buffers);
    return held == held_before && buffers == buffers_before;
}

bool training_is_flat() {
    Training training;
    nn::Adam optimizer(training.net->parameters(), {.lr = 0.01});
    return flat("a training", [&](int steps) { training.run(optimizer, steps); });
}

#if defined(__SANITIZE_ADDRESS__)
constexpr int long_rounds = 5000;
#elif defined(__has_feature)
constexpr int long_rounds = __has_feature(address_sanitizer) ? 5000 : 100000;
#else
constexpr int long_rounds = 100000;
#endif

bool ops_are_flat() {
    const Var x = jt::rand({3, 4});
    const auto run = [&](int rounds) {
        for (int k = 0; k < rounds; ++k) {
            const Var moved = jt::concat(x.unbind(1)) * jt::repeat(x[0], 3), ordered = x.cumprod() * x.sort(0).first;
            jt::grad(jt::einsum("ij,kj->ik", ordered, x).logsumexp() + moved.std() + x.clamp(0.2, 0.8).prod(), x);
        }
    };
    return flat("ops that sort, scan and move", run, long_rounds);
}

bool hooked_is_flat(const char* name, void (*hook)(nn::Module&), bool input_learns) {
    nn::Linear layer(8, 8);
    hook(layer);
    Var x = jt::rand({4, 8});
    if (!input_learns) x.stop_grad();
    return flat(name, [&](int rounds) {
        for (int k = 0; k < rounds; ++k) {
            const Var g = jt::grad((layer(x) * layer(x)).sum(), layer.weight);
            jt::grad((g * g).sum(), layer.weight);
        }
    });
}

using jt::Vars;
constexpr struct {
    const char* name;
    void (*add)(nn::Module&);
} hooks[] = {
    {"a pre-forward hook", [](nn::Module& m) { m.register_pre_forward_hook([](nn::Module&, const Vars&) {}); }},
    {"a forward hook",
     [](nn::Module& m) { m.register_forward_hook([](nn::Module&, const Vars&, const Vars& y) { return y; }); }},
    {"an input backward hook", [](nn::Module& m) { m.register_input_backward_hook([](const Vars& g) { return g; }); }},
    {"an output backward hook",
     [](nn::Module& m) { m.register_output_backward_hook([](const Vars& g) { return g; }); }},
    {"a backward hook",
     [](nn::Module& m) { m.register_backward_hook([](nn::Module&, const Vars& g, const Vars&) { return g; }); }},
    {"a hook of the weight",
     [](nn::Module& m) { m.getattr("weight").register_hook([](const Var& g) { return g * 2; }); }},
};

}  // namespace

int main() {
    bool good = ops_are_flat();
    good = training_is_flat() && good;
    for (const auto& [name, add] : hooks)
        for (bool input_learns : {true, false}) good = hooked_is_flat(name, add, input_learns) && good;
    return good ? 0 : 1;
}
