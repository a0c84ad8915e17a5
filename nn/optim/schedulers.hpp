// Learning rates that change on the way: schedulers, with Jittor's rules.
//
// A scheduler is made of an optimizer, which must outlive it; k calls of step() stand behind the numbers below. Where
// nothing else is said it changes lr, and the rates that groups have of their own. As Jittor's, all but LambdaLR write
// nothing when they are made, so that the first call of step() is for the first epoch: PyTorch is one call ahead.
#pragma once
#include <concepts>

#include "optimizer.hpp"

namespace jt::nn {

/// What schedulers share.
class Scheduler {
public:
    virtual ~Scheduler();
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    /// What going on later needs beside the state of the optimizer. Loading throws one KeyError that lists all that
    /// does not fit, and changes nothing then.
    StateDict state_dict() const;
    void load_state_dict(const StateDict& state);

protected:
    explicit Scheduler(Optimizer& optimizer) : optimizer_(optimizer) {}
    /// f(rate, k) on lr, with k = 0, and each rate of a group's own, with k = 1 + its number.
    template <class F>
    void each_rate(F f) {
        f(optimizer_.lr, 0);
        for (std::size_t k = 0; k < optimizer_.group_count(); ++k)
            if (auto& rate = optimizer_.group_lr(k)) f(*rate, k + 1);
    }

    Optimizer& optimizer_;
    detail::Numbers numbers_;
};

/// Multiplies by gamma on the k-th call when k is a multiple of step_size, k = 1 apart; with a last_epoch of 0 or more
/// when k + last_epoch is one. Throws a ValueError unless step_size is above 0 and gamma 0 or
/// more.
class StepLR : public Scheduler {
public:
    StepLR(Optimizer& optimizer, std::int64_t step_size, double gamma = 0.1, std::int64_t last_epoch = -1);
    void step();
    double get_gamma() const;
    double get_lr() const { return optimizer_.lr; }

private:
    const std::int64_t step_size_, last_epoch_;
    const double gamma_;
    std::int64_t cur_epoch_ = 0;
};

/// Multiplies by gamma on the call k = milestone + 1. Throws a ValueError for a gamma below 0.
class MultiStepLR : public Scheduler {
public:
    MultiStepLR(Optimizer& optimizer, std::vector<std::int64_t> milestones, double gamma = 0.1,
                std::int64_t last_epoch = -1);
    void step();
    double get_gamma() const;
    double get_lr() const { return optimizer_.lr * get_gamma(); }

private:
    const std::vector<std::int64_t> milestones_;
    const double gamma_;
    std::int64_t last_epoch_;
};

/// A scheduler that makes each rate from what it was in the beginning, which for a rate that came later is what it was
/// when it was first seen (Jittor raises there).
class BaseLRScheduler : public Scheduler {
public:
    void step();

protected:
    BaseLRScheduler(Optimizer& optimizer, std::int64_t last_epoch);
    virtual double get_lr(double base_lr, double now_lr) const = 0;

    std::int64_t last_epoch_;

private:
    void add_base();
    void see_all();

    std::vector<OwnPtr<std::optional<double>>> base_lrs_;
};

/// base * gamma^(k - 1). Throws a ValueError for a gamma below 0.
class ExponentialLR : public BaseLRScheduler {
public:
    ExponentialLR(Optimizer& optimizer, double gamma, std::int64_t last_epoch = -1);
    double get_lr(double base_lr, double now_lr) const override;

private:
    const double gamma_;
};

/// Down to eta_min along a cosine of T_max calls, and up again: eta_min + (base - eta_min) * (1 + cos(pi * (k - 1) /
/// T_max)) / 2, made from the rate before. Throws a ValueError unless T_max is above 0 and eta_min 0 or more.
class CosineAnnealingLR : public BaseLRScheduler {
public:
    CosineAnnealingLR(Optimizer& optimizer, std::int64_t T_max, double eta_min = 0, std::int64_t last_epoch = -1);
    double get_lr(double base_lr, double now_lr) const override;

private:
    const double T_max_, eta_min_;
};

/// One number for all groups, or one for each.
class PerGroup : public std::vector<double> {
public:
    PerGroup(double one);
    PerGroup(std::initializer_list<double> list);
    PerGroup(const std::vector<double>& list);
};

struct ReduceLROnPlateauOptions {
    std::string mode = "min";
    double factor = 0.1;
    std::int64_t patience = 10;
    bool verbose = false;
    double threshold = 1e-4;
    std::string threshold_mode = "rel";
    std::int64_t cooldown = 0;
    PerGroup min_lr = 0.0;
    double eps = 1e-8;
};

/// Multiplies a rate by factor, down to min_lr, when more than `patience` losses in a row were not better than the best
/// one: smaller (mode "min") or larger ("max") by a share ("rel") or by itself ("abs") of threshold. Then `cooldown`
/// losses are not counted. A rate that would fall by eps or less stays. lr falls once for each group that follows it,
/// as in Jittor. Throws a ValueError for other modes, a factor of 1 or more, a number below 0, or another number of
/// min_lr than groups.
class ReduceLROnPlateau : public Scheduler {
public:
    using Options = ReduceLROnPlateauOptions;
    explicit ReduceLROnPlateau(Optimizer& optimizer, const Options& options = {});
    ReduceLROnPlateau(Optimizer& optimizer, const std::string& mode, double factor, std::int64_t patience = 10);
    void step(double loss, std::optional<std::int64_t> epoch = {});
    void step(const Var& loss, std::optional<std::int64_t> epoch = {}) { step(loss.item(), epoch); }
    bool better(double loss, double best) const;

private:
    void update_lr();

    const Options options_;
    std::int64_t n_bad_ = 0, n_cd_ = 0, last_epoch_ = 0;
    std::optional<double> loss_best_;
};

/// What LambdaLR is given: a function of the epoch, or a list of them, one for each group.
class Lambdas : public std::vector<Callable<double(std::int64_t)>> {
public:
    template <std::invocable<std::int64_t> F>
    Lambdas(F f) : Lambdas({Callable<double(std::int64_t)>(std::move(f))}, false) {}
    Lambdas(std::initializer_list<Callable<double(std::int64_t)>> list);
    Lambdas(std::vector<Callable<double(std::int64_t)>> list);

    bool is_list = false;

private:
    Lambdas(std::initializer_list<Callable<double(std::int64_t)>> list, bool is_list);
};

/// initial rate * f(epoch): f(0) when it is made, f(k) after k calls, as PyTorch. Where one group is all there is, and
/// follows lr, it writes lr; else each group gets a rate of its own and lr stays, as in Jittor. A group that came later
/// starts from its rate at the next call. Throws a ValueError for another number of functions than groups, and for a
/// last_epoch of 0 or more when a group has no initial rate.
class LambdaLR : public Scheduler {
public:
    LambdaLR(Optimizer& optimizer, const Lambdas& lr_lambda, std::int64_t last_epoch = -1);
    void step(std::optional<std::int64_t> epoch = {});
    std::vector<double> get_lr() const;
    const std::vector<double>& get_last_lr() const { return last_lr_; }

private:
    double& rate_of(std::size_t group);
    void add_base(std::size_t group);
    void see_all();
    std::vector<double> rates_at(std::int64_t epoch) const;

    Lambdas lambdas_;
    std::vector<OwnPtr<double>> base_lrs_;
    std::vector<double> last_lr_;
    std::int64_t last_epoch_;
};

}  // namespace jt::nn

namespace jt::lr_scheduler {

using nn::CosineAnnealingLR;
using nn::ExponentialLR;
using nn::LambdaLR;
using nn::MultiStepLR;
using nn::ReduceLROnPlateau;
using nn::ReduceLROnPlateauOptions;
using nn::StepLR;

}  // namespace jt::lr_scheduler
