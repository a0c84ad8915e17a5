// The trainings of trainings.py again: from the same seeds minijt has to come by Jittor's losses, step by step.
#include <algorithm>
#include <functional>

#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../../nn/optim.hpp"
#include "../../weightnorm/weightnorm.hpp"
#include "fixture.hpp"

namespace jt::test {

namespace {

using Names = std::vector<std::string>;

/// The fixture of a training; from then on the stream is that behind its seed.
class Training {
public:
    explicit Training(const std::string& name) : f_("train_" + name + ".npz") {
        set_global_seed(static_cast<int>(f_["seed"].item()));
    }
    Var x() const { return f_["x"]; }
    Var y() const { return f_["y"]; }

    /// Trains by steps that give their losses: they have to be Jittor's within 1e-5 at first and 1e-4 in the end, as
    /// have parameters and buffers, save those that learn from rounding alone, and what the net says in eval mode.
    void check(nn::Module& net, const std::function<Var()>& step, const Names& noise = {}) const {
        check_state(net, "start", 1e-6, {});
        const Var losses = f_["losses"];
        for (int i = 0; i < losses.shape(0); ++i) {
            CAPTURE(i);
            CHECK_EQ(difference(step(), losses[i], i < 10 ? 1e-5 : late, 1e-7), "");
        }
        check_state(net, "end", late, noise);
        net.eval();
        if (f_.contains("eval")) CHECK_EQ(difference(net(x()), f_["eval"], late, late), "");
    }
    /// The same by an optimizer of the cross entropy.
    void check(nn::Module& net, nn::Optimizer& opt, const Names& noise = {}) const {
        check(
            net, [&] { return stepped(opt, nn::cross_entropy_loss(net(x()), y())); }, noise);
    }
    static Var stepped(nn::Optimizer& opt, const Var& loss) {
        opt.step(loss);
        return loss;
    }

private:
    void check_state(nn::Module& net, const std::string& when, double tolerance, const Names& noise) const {
        for (const auto& [name, value] : net.state_dict()) {
            if (std::count(noise.begin(), noise.end(), name) != 0) continue;
            const std::string where = when + "." + name;
            CAPTURE(where);
            const Var stored = f_[where];
            CHECK_EQ(difference(thinned(value, stored), stored, tolerance, tolerance), "");
        }
    }
    // As it is stored: whole, or every stride-th number of a large one.
    Var thinned(const Var& value, const Var& stored) const {
        const Var flat = value.reshape({value.numel()});
        return stored.numel() == flat.numel() ? flat : flat[Slice{0, {}, static_cast<int>(f_["stride"].item())}];
    }

    static constexpr double late = 1e-4;
    const Fixture f_;
};

template <class... M>
void norm_last_axis(const M&... modules) {
    (weightnorm::weight_norm(modules, "weight", -1), ...);
}

/// What the last step of a recurrent layer says.
struct Reader : nn::Module {
    Reader(const nn::ModulePtr& rnn, int features) : rnn{this, "rnn", rnn}, head{this, "head", features, 3} {}
    nn::Ref<nn::Module> rnn;
    nn::Ref<nn::Linear> head;
    Var execute(const Var& x) override { return head(rnn->call({x})[0][-1]); }
};

/// A block of causal attention, and the mean of what it says.
struct Attender : nn::Module {
    nn::Ref<nn::Linear> embed{this, "embed", 6, 8};
    nn::Ref<nn::MultiheadAttention> attention{this, "attention", 8, 2};
    nn::Ref<nn::LayerNorm> norm{this, "norm", 8};
    nn::Ref<nn::Linear> head{this, "head", 8, 3};
    Var execute(const Var& in) override {
        const Var x = embed(in), later = ones({7, 7}, bool_).triu(1);
        return head(norm(x + std::get<0>(attention(x, x, x, nn::AttendOptions{.attn_mask = later}))).mean(0));
    }
};

/// The mean of embedded words.
struct Bag : nn::Module {
    nn::Ref<nn::Embedding> embedding{this, "embedding", 20, 8};
    nn::Ref<nn::Sequential> head{this, "head", nn::make<nn::Linear>(8, 16), nn::make<nn::Tanh>(),
                                 nn::make<nn::Linear>(16, 4)};
    Var execute(const Var& x) override { return head(embedding(x).mean(1)); }
};

std::vector<nn::ModulePtr> block(int channels, int out, int groups) {
    return {nn::make<nn::Conv>(channels, out, 3, {.padding = 1}), nn::make<nn::GroupNorm>(groups, out),
            nn::make<nn::ReLU>()};
}

struct UNet : nn::Module {
    nn::Ref<nn::Sequential> down{this, "down", block(1, 6, 2)};
    nn::Ref<nn::Sequential> bottom{this, "bottom", nn::make<nn::Pool>(2), block(6, 12, 3),
                                   nn::make<nn::Resize>(Pair{16, 16}, nn::ResizeMode::bilinear)};
    nn::Ref<nn::Sequential> up{this, "up", block(18, 6, 2), nn::make<nn::Conv>(6, 1, 1)};
    Var execute(const Var& in) override {
        const Var x = down(in);
        return up(concat({x, bottom(x)}, 1));
    }
};

struct Gan : nn::Module {
    nn::Ref<nn::Sequential> generator{this, "generator", nn::make<nn::Linear>(4, 16), nn::make<nn::Tanh>(),
                                      nn::make<nn::Linear>(16, 2)};
    nn::Ref<nn::Sequential> critic{this, "critic", nn::make<nn::Linear>(2, 16), nn::make<nn::LeakyReLU>(0.2),
                                   nn::make<nn::Linear>(16, 1)};
    Var execute(const Var& x) override { return critic(x); }
    Var says(const Var& x, double real) const {
        return nn::binary_cross_entropy_with_logits(critic(x), full({32, 1}, real));
    }
};

}  // namespace

TEST_SUITE("jittor") {
    TEST_CASE("trained as Jittor: a weight-normed MLP with momentum and weight decay") {
        const Training t("wn_mlp");
        nn::Sequential net(nn::make<nn::Linear>(12, 24), nn::make<nn::ReLU>(), nn::make<nn::Linear>(24, 4));
        norm_last_axis(net[0], net[2]);
        nn::SGD opt(net.parameters(), {.lr = .05, .momentum = .9, .weight_decay = .001});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: Adam with dropout") {
        const Training t("adam_dropout");
        nn::Sequential net(nn::make<nn::Linear>(12, 24), nn::make<nn::ReLU>(), nn::make<nn::Dropout>(.3),
                           nn::make<nn::Linear>(24, 16), nn::make<nn::ReLU>(), nn::make<nn::Dropout>(.3),
                           nn::make<nn::Linear>(16, 4));
        nn::Adam opt(net.parameters(), {.lr = .005});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: a weight-normed LeNet") {
        const Training t("wn_lenet");
        nn::Sequential net(nn::make<nn::Conv>(1, 6, 5, 1, 2), nn::make<nn::ReLU>(), nn::make<nn::Pool>(2),
                           nn::make<nn::Conv>(6, 16, 5), nn::make<nn::ReLU>(), nn::make<nn::Pool>(2),
                           nn::make<nn::Flatten>(), nn::make<nn::Linear>(400, 120), nn::make<nn::ReLU>(),
                           nn::make<nn::Linear>(120, 84), nn::make<nn::ReLU>(), nn::make<nn::Linear>(84, 10));
        for (const int k : {0, 3}) weightnorm::weight_norm(net[k], "weight", {1, 2, 3});
        norm_last_axis(net[7], net[9], net[11]);
        nn::SGD opt(net.parameters(), {.lr = .1, .momentum = .5});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: a net of convolutions and BatchNorm") {
        const Training t("batchnorm_cnn");
        nn::Sequential net(nn::make<nn::Conv>(1, 6, 3, {.padding = 1}), nn::make<nn::BatchNorm>(6),
                           nn::make<nn::ReLU>(), nn::make<nn::Pool>(2), nn::make<nn::Conv>(6, 8, 3),
                           nn::make<nn::BatchNorm>(8), nn::make<nn::ReLU>(), nn::make<nn::Flatten>(),
                           nn::make<nn::Linear>(128, 4));
        nn::SGD opt(net.parameters(), {.lr = .005, .momentum = .9});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: running statistics after three steps, and what they make in eval mode") {
        const Training t("norms");
        nn::Sequential net(nn::make<nn::Conv>(1, 4, 3, {.stride = 2}), nn::make<nn::BatchNorm>(4, {.momentum = .3}),
                           nn::make<nn::ReLU>(), nn::make<nn::Conv>(4, 3, 3), nn::make<nn::InstanceNorm>(3),
                           nn::make<nn::Flatten>(), nn::make<nn::BatchNorm>(27, {.affine = false}),
                           nn::make<nn::Linear>(27, 4));
        nn::SGD opt(net.parameters(), {.lr = .05});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: an LSTM") {
        const Training t("lstm");
        Reader net(nn::make<nn::LSTM>(6, 12), 12);
        nn::Adam opt(net.parameters(), {.lr = .01});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: two layers of GRUs, both ways") {
        const Training t("gru");
        Reader net(nn::make<nn::GRU>(6, 8, {.num_layers = 2, .bidirectional = true}), 16);
        nn::SGD opt(net.parameters(), {.lr = .1, .momentum = .9});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: a weight-normed LSTM") {
        const Training t("wn_lstm");
        Reader net(nn::make<nn::LSTM>(6, 12), 12);
        weightnorm::weight_norm(net.rnn, "weight_ih_l0", -1);
        nn::SGD opt(net.parameters(), {.lr = .2, .momentum = .9});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: attention") {
        const Training t("attention");
        Attender net;
        nn::Adam opt(net.parameters(), {.lr = .003});
        t.check(net, opt, {"attention.in_proj_bias"});  // a third of it, that of the keys
    }

    TEST_CASE("trained as Jittor: embedded words") {
        const Training t("embedding");
        Bag net;
        nn::Adam opt(net.parameters(), {.lr = .02});
        t.check(net, opt);
    }

    TEST_CASE("trained as Jittor: a U-Net with GroupNorm") {
        const Training t("unet");
        UNet net;
        nn::Adam opt(net.parameters(), {.lr = .003});
        t.check(net, [&] { return Training::stepped(opt, nn::mse_loss(net(t.x()), t.y())); });
    }

    TEST_CASE("trained as Jittor: a generator against a critic") {
        const Training t("gan");
        Gan net;
        nn::Adam critic(net.critic->parameters(), {.lr = .01, .betas = {.5, .99}});
        nn::Adam generator(net.generator->parameters(), {.lr = .01, .betas = {.5, .99}});
        t.check(net, [&] {
            const Var fake = net.generator(randn({32, 4}));
            const Var seen = Training::stepped(critic, net.says(t.x(), 1) + net.says(fake.detach(), 0));
            return concat({seen, Training::stepped(generator, net.says(fake, 1))});
        });
    }

    TEST_CASE("trained as Jittor: AdamW on a cosine") {
        const Training t("adamw");
        nn::Sequential net(nn::make<nn::Linear>(12, 24), nn::make<nn::ReLU>(), nn::make<nn::Linear>(24, 4));
        nn::AdamW opt(net.parameters(), {.lr = .01, .weight_decay = .1});
        lr_scheduler::CosineAnnealingLR scheduler(opt, 40, .001);
        t.check(net, [&] {
            const Var loss = Training::stepped(opt, nn::cross_entropy_loss(net(t.x()), t.y()));
            scheduler.step();
            return loss;
        });
    }

    TEST_CASE("trained as Jittor: RMSprop in steps") {
        const Training t("rmsprop");
        nn::Sequential net(nn::make<nn::Linear>(12, 24), nn::make<nn::Tanh>(), nn::make<nn::Linear>(24, 4));
        nn::RMSprop opt(net.parameters(), {.lr = .005});
        lr_scheduler::StepLR scheduler(opt, 10, .5);
        t.check(net, [&] {
            const Var loss = Training::stepped(opt, nn::cross_entropy_loss(net(t.x()), t.y()));
            scheduler.step();
            return loss;
        });
    }
}

}  // namespace jt::test
