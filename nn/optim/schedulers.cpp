// When each scheduler changes the rates.
#include "schedulers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "../module/module_ptr.hpp"
#include "state_reader.hpp"

namespace jt::nn {

namespace {

const std::int64_t& above_0(const char* scheduler, const char* what, const std::int64_t& n) {
    if (n <= 0) fail<ValueError>(scheduler, ": needs ", what, " above 0, got ", n);
    return n;
}

// Rates that are multiplied by a number below 0 would be none.
double at_least_0(const char* scheduler, const char* what, double value) {
    if (!(std::isfinite(value) && value >= 0))
        fail<ValueError>(scheduler, ": needs a finite ", what, " of 0 or more, got ", value);
    return value;
}

void check_one_of(const char* what, const std::string& got, const char* a, const char* b) {
    if (got != a && got != b)
        fail<ValueError>("ReduceLROnPlateau: needs a ", what, " of ", a, " or ", b, ", got ", got);
}

ReduceLROnPlateauOptions checked(const ReduceLROnPlateauOptions& options, std::size_t groups) {
    constexpr const char* name = "ReduceLROnPlateau";
    check_one_of("mode", options.mode, "min", "max");
    check_one_of("threshold_mode", options.threshold_mode, "rel", "abs");
    if (!(options.factor < 1)) fail<ValueError>(name, ": needs a factor below 1, got ", options.factor);
    at_least_0(name, "factor", options.factor);
    at_least_0(name, "patience", static_cast<double>(options.patience));
    at_least_0(name, "cooldown", static_cast<double>(options.cooldown));
    at_least_0(name, "threshold", options.threshold);
    at_least_0(name, "eps", options.eps);
    for (const double least : options.min_lr) at_least_0(name, "min_lr", least);
    if (options.min_lr.size() != 1 && options.min_lr.size() != groups)
        fail<ValueError>("ReduceLROnPlateau: needs one min_lr, or one for each of ", groups, " groups, got ",
                         options.min_lr.size());
    return options;
}

constexpr double lowest = -std::numeric_limits<double>::infinity();
constexpr double whole = 0x1p53;  // where doubles stop to tell integers apart

}  // namespace

Scheduler::~Scheduler() = default;

PerGroup::PerGroup(double one) : vector{one} {}
PerGroup::PerGroup(std::initializer_list<double> list) : vector(list) {}
PerGroup::PerGroup(const std::vector<double>& list) : vector(list) {}

Lambdas::Lambdas(std::initializer_list<Callable<double(std::int64_t)>> list, bool is_list)
    : vector(list), is_list(is_list) {}
Lambdas::Lambdas(std::initializer_list<Callable<double(std::int64_t)>> list) : Lambdas(list, true) {}
Lambdas::Lambdas(std::vector<Callable<double(std::int64_t)>> list) : vector(std::move(list)), is_list(true) {}

StateDict Scheduler::state_dict() const {
    StateDict state;
    numbers_.add_to(state);
    return state;
}

void Scheduler::load_state_dict(const StateDict& state) {
    detail::StateReader reader(state);
    const auto values = numbers_.read(reader);
    reader.finish(class_name_of(typeid(*this)));
    numbers_.set(values);
}

StepLR::StepLR(Optimizer& optimizer, std::int64_t step_size, double gamma, std::int64_t last_epoch)
    : Scheduler(optimizer),
      step_size_(above_0("StepLR", "a step_size", step_size)),
      last_epoch_(last_epoch),
      gamma_(at_least_0("StepLR", "gamma", gamma)) {
    numbers_.add({"cur_epoch", &cur_epoch_, 0, whole});
}

double StepLR::get_gamma() const {
    const bool due = (cur_epoch_ + 1 + std::max<std::int64_t>(last_epoch_, 0)) % step_size_ == 0;
    return due && (cur_epoch_ != 0 || last_epoch_ >= 0) ? gamma_ : 1;
}

void StepLR::step() {
    each_rate([gamma = get_gamma()](double& rate, std::size_t) { rate *= gamma; });
    ++cur_epoch_;
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<std::int64_t> milestones, double gamma,
                         std::int64_t last_epoch)
    : Scheduler(optimizer),
      milestones_(std::move(milestones)),
      gamma_(at_least_0("MultiStepLR", "gamma", gamma)),
      last_epoch_(last_epoch) {
    numbers_.add({"last_epoch", &last_epoch_, -whole, whole});
}

double MultiStepLR::get_gamma() const {
    return std::ranges::find(milestones_, last_epoch_) == milestones_.end() ? 1 : gamma_;
}

void MultiStepLR::step() {
    ++last_epoch_;
    each_rate([gamma = get_gamma()](double& rate, std::size_t) { rate *= gamma; });
}

BaseLRScheduler::BaseLRScheduler(Optimizer& optimizer, std::int64_t last_epoch)
    : Scheduler(optimizer), last_epoch_(last_epoch) {
    numbers_.add({"last_epoch", &last_epoch_, -whole, whole});
    see_all();
}

void BaseLRScheduler::add_base() {
    const std::string name = "base_lrs." + std::to_string(base_lrs_.size());
    base_lrs_.push_back(OwnPtr(new std::optional<double>));
    auto& added = *base_lrs_.back();
    try {
        numbers_.add({name, &added, lowest});
    } catch (...) {
        base_lrs_.pop_back();
        throw;
    }
}

void BaseLRScheduler::see_all() {
    while (base_lrs_.size() < optimizer_.group_count() + 1) add_base();
    each_rate([&](double& rate, std::size_t k) {
        if (!*base_lrs_[k]) *base_lrs_[k] = rate;
    });
}

void BaseLRScheduler::step() {
    see_all();
    ++last_epoch_;
    each_rate(
        [&](double& rate, std::size_t k) { rate = last_epoch_ == 0 ? **base_lrs_[k] : get_lr(**base_lrs_[k], rate); });
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma, std::int64_t last_epoch)
    : BaseLRScheduler(optimizer, last_epoch), gamma_(at_least_0("ExponentialLR", "gamma", gamma)) {}

double ExponentialLR::get_lr(double base_lr, double) const {
    return base_lr * std::pow(gamma_, static_cast<double>(last_epoch_));
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, std::int64_t T_max, double eta_min, std::int64_t last_epoch)
    : BaseLRScheduler(optimizer, last_epoch),
      T_max_(static_cast<double>(above_0("CosineAnnealingLR", "a T_max", T_max))),
      eta_min_(at_least_0("CosineAnnealingLR", "eta_min", eta_min)) {}

double CosineAnnealingLR::get_lr(double base_lr, double now_lr) const {
    const auto epoch = static_cast<double>(last_epoch_);
    if (std::fmod(epoch - 1 - T_max_, 2 * T_max_) == 0)
        return now_lr + (base_lr - eta_min_) * (1 - std::cos(std::numbers::pi / T_max_)) / 2;
    const auto height = [&](double at) { return 1 + std::cos(std::numbers::pi * at / T_max_); };
    return height(epoch) / height(epoch - 1) * (now_lr - eta_min_) + eta_min_;
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const Options& options)
    : Scheduler(optimizer), options_(checked(options, optimizer.group_count())) {
    numbers_.add({"n_bad", &n_bad_, 0, whole});
    numbers_.add({"n_cd", &n_cd_, 0, whole});
    numbers_.add({"last_epoch", &last_epoch_, -whole, whole});
    numbers_.add({"loss_best", &loss_best_, lowest});
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const std::string& mode, double factor,
                                     std::int64_t patience)
    : ReduceLROnPlateau(optimizer, {.mode = mode, .factor = factor, .patience = patience}) {}

bool ReduceLROnPlateau::better(double loss, double best) const {
    const bool smaller = options_.mode == "min", by_share = options_.threshold_mode == "rel";
    const double sign = smaller ? -1 : 1;
    const double mark = by_share ? best * (1 + sign * options_.threshold) : best + sign * options_.threshold;
    return smaller ? loss < mark : loss > mark;
}

void ReduceLROnPlateau::step(double loss, std::optional<std::int64_t> epoch) {
    last_epoch_ = epoch.value_or(last_epoch_ + 1);
    if (better(loss, loss_best_.value_or(options_.mode == "min" ? -lowest : lowest))) {
        loss_best_ = loss;
        n_bad_ = 0;
    } else {
        ++n_bad_;
    }
    if (n_cd_ > 0) {
        --n_cd_;
        n_bad_ = 0;
    }
    if (n_bad_ <= options_.patience) return;
    update_lr();
    n_cd_ = options_.cooldown;
    n_bad_ = 0;
}

void ReduceLROnPlateau::update_lr() {
    for (std::size_t k = 0; k < optimizer_.group_count(); ++k) {
        auto& own = optimizer_.group_lr(k);
        double& rate = own ? *own : optimizer_.lr;
        const double least = options_.min_lr[k < options_.min_lr.size() ? k : 0];
        const double old_lr = rate, new_lr = std::max(old_lr * options_.factor, least);
        if (!(old_lr - new_lr > options_.eps)) continue;
        rate = new_lr;
        if (options_.verbose)
            std::printf("Epoch %5lld: reducing learning rate of group %zu from %.4e to %.4e.\n",
                        static_cast<long long>(last_epoch_), k, old_lr, new_lr);
    }
}

LambdaLR::LambdaLR(Optimizer& optimizer, const Lambdas& lr_lambda, std::int64_t last_epoch)
    : Scheduler(optimizer), lambdas_(lr_lambda), last_epoch_(last_epoch) {
    numbers_.add({"last_epoch", &last_epoch_, -whole, whole});
    for (std::size_t k = 0; k < optimizer.group_count(); ++k)
        if (last_epoch != -1 && !optimizer.group_initial_lr(k))
            fail<ValueError>("LambdaLR: needs a last_epoch of -1 for groups without an initial rate, got ", last_epoch);
    step();
}

double& LambdaLR::rate_of(std::size_t group) {
    auto& own = optimizer_.group_lr(group);
    if (own) return *own;
    return optimizer_.group_count() == 1 ? optimizer_.lr : own.emplace(optimizer_.lr);
}

void LambdaLR::add_base(std::size_t group) {
    const double now = optimizer_.group_lr(group).value_or(optimizer_.lr);
    base_lrs_.push_back(OwnPtr(new double(optimizer_.group_initial_lr(group).value_or(now))));
    auto& added = *base_lrs_.back();
    try {
        numbers_.add({"base_lrs." + std::to_string(group), &added, lowest});
    } catch (...) {
        base_lrs_.pop_back();
        throw;
    }
}

void LambdaLR::see_all() {
    const std::size_t groups = optimizer_.group_count();
    if (lambdas_.is_list && lambdas_.size() != groups)
        fail<ValueError>("LambdaLR: needs one function, or one for each of ", groups, " groups, got ", lambdas_.size());
    while (base_lrs_.size() < groups) add_base(base_lrs_.size());
}

std::vector<double> LambdaLR::rates_at(std::int64_t epoch) const {
    std::vector<double> rates;
    for (std::size_t k = 0; k < base_lrs_.size(); ++k)
        rates.push_back(*base_lrs_[k] * lambdas_[lambdas_.is_list ? k : 0](epoch));
    return rates;
}

std::vector<double> LambdaLR::get_lr() const { return rates_at(last_epoch_); }

void LambdaLR::step(std::optional<std::int64_t> epoch) {
    const std::int64_t now = epoch.value_or(last_epoch_ + 1);
    see_all();
    last_lr_ = rates_at(now);
    last_epoch_ = now;
    for (std::size_t k = 0; k < last_lr_.size(); ++k) {
        rate_of(k) = last_lr_[k];
        optimizer_.group_initial_lr(k) = *base_lrs_[k];
    }
}

}  // namespace jt::nn
