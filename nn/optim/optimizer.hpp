// What optimizers share: parameters, gradients, the state that goes on another day.
#pragma once
#include <limits>

#include "../../core/array.hpp"
#include "numbers.hpp"

namespace jt::nn {

namespace detail {
/// Throws an IndexError unless group is below count.
void check_group(std::size_t group, std::size_t count);

/// How often a parameter was replaced, and how many attributes hold it, or another Var since.
struct Standing {
    int replacements, held, lost;
};
}  // namespace detail

/// What optimizers share, and Jittor's plain descent p -= lr * g. The parameters are written in place, each once,
/// however often it is listed; stopped ones are skipped. A call that throws changes nothing but that it may have freed
/// the graph of the loss.
class Optimizer {
public:
    /// Throws a ValueError without parameters or for a rate that is not finite and 0 or more, a DtypeError for a
    /// parameter that is no float, a GraphError for an empty or computed one and for the weight of a weight norm, which
    /// g and v would overwrite.
    Optimizer(const Vars& parameters, double lr);
    virtual ~Optimizer();
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    /// backward, update, zero_grad. Frees the graph of the loss unless that is to be retained, for another loss of the
    /// same forward. Throws a GraphError when a parameter was replaced since (by weight_norm, its removal, setattr or
    /// assignment through its member) or the graph was freed, a DtypeError for a loss that is no float, a ValueError
    /// for a wrong rate or option.
    void step(const Var& loss, bool retain_graph = false);
    /// Adds the gradients of loss to those kept since zero_grad. Frees the graph and throws as step(loss) does.
    void backward(const Var& loss, bool retain_graph = false);
    /// One update with the gradients that are kept; throws a GraphError before the first backward.
    void step();
    /// The next backward starts anew; until then the gradients stay, as in Jittor.
    void zero_grad() { fresh_ = true; }
    /// What an optimizer of one's own begins and ends its step with, as Jittor's: backward, unless the loss is empty;
    /// zero_grad.
    void pre_step(const Var& loss, bool retain_graph = false);
    void post_step() { zero_grad(); }
    /// Scales all gradients so that their common norm (1 or 2) is at most max_norm; between backward and step, and
    /// without effect after zero_grad. Throws a ValueError for another norm or a negative max_norm, a GraphError before
    /// the first backward.
    void clip_grad_norm(double max_norm, int norm_type = 2);
    /// PyTorch's: cuts each number of the gradients to [-clip_value, clip_value]; likewise.
    void clip_grad_value(double clip_value);
    /// The kept gradient of a parameter. Throws a KeyError for a Var that is no parameter here, or has no gradient yet.
    Var find_grad(const Var& parameter) const;

    /// All that a training which goes on later needs beside the parameters, copied: lr, n_step and the optimizer's own
    /// numbers and arrays, "m.0" for the first parameter, what groups have of their own, "groups.1.lr", and between
    /// backward and step the gradients, "grads.0".
    StateDict state_dict() const;
    /// Goes on from what an optimizer of this class with parameters of these shapes had. Throws one KeyError that lists
    /// all that does not fit.
    void load_state_dict(const StateDict& state);

    /// Groups of parameters: how many, and the rate of each, empty while it follows lr; and what LambdaLR starts from,
    /// empty until there is one. An IndexError for a group that is not there.
    std::size_t group_count() const { return held_.rates.size(); }
    std::optional<double>& group_lr(std::size_t group) { return *rates_of(group).lr; }
    std::optional<double>& group_initial_lr(std::size_t group) { return *rates_of(group).initial_lr; }

    double lr;  ///< the rate, to be changed at any time

protected:
    struct Rates {
        std::optional<double>*lr, *initial_lr;
    };
    /// Without parameters yet: add_group brings them.
    explicit Optimizer(double lr);
    /// Adds parameters with the numbers that they have of their own, which live as long as this. Throws as the
    /// constructor, and a ValueError for a parameter of another group, before anything has changed.
    void add_group(const Vars& parameters, detail::Numbers numbers, const Rates& rates);
    /// Lets the parameters from the k-th on learn; throws without any.
    void let_all_learn(std::size_t k);

    /// lr, or a ValueError in the optimizer's name when none was given.
    static double given(const char* optimizer, double lr);
    /// For constructors: adds a member to what state_dict holds. A number must be finite, `low` or more and below
    /// `below`: now and at each step (ValueError), and when it is loaded.
    void remember(const char* name, double& number, double low = 0,
                  double below = std::numeric_limits<double>::infinity());
    void remember(const char* name, bool& flag);
    /// One array for each parameter; where `needed` says so, and from zeros for parameters that are added.
    void remember(const char* name, std::vector<Array>& arrays, Callable<bool(std::size_t)> needed = {});

    /// Updates one parameter in place from its gradient; `k` counts the parameters. It must not throw: allocate before.
    virtual void update(std::size_t k, Array& p, const Array& g);
    /// Allocates what updates need; called before anything has changed.
    virtual void make_ready() {}
    /// May change the gradients before an update; not called again when step() uses those of the step before.
    virtual void adjust(std::vector<Array>&) {}

    const Vars& parameters() const { return held_.parameters; }
    std::size_t group_of(std::size_t k) const { return held_.group_of[k]; }
    /// The rate of a parameter.
    double rate(std::size_t k) const { return held_.rates[held_.group_of[k]].lr->value_or(lr); }
    /// An array of zeros for each parameter.
    std::vector<Array> zeros() const;
    /// Gradients scaled to a common norm.
    std::vector<Array> clipped(const std::vector<Array>& grads, double max_norm, int norm_type = 2) const;
    /// Backward calls so far: what Adam's bias correction counts, as in Jittor.
    std::int64_t n_step() const { return n_step_; }

private:
    struct List {
        const char* name;
        std::vector<Array>* arrays;
        Callable<bool(std::size_t)> needed;
        bool needs(std::size_t k) const { return !needed || needed(k); }
    };
    class Restore;
    const Rates& rates_of(std::size_t group) const;
    void check_not_replaced() const;
    void check_ready();
    void check_has_grads(const char* what, const char* advice) const;
    std::vector<std::vector<Array>> lists_with(const Vars& added) const;
    double total_norm(const std::vector<Array>& grads, int norm_type) const;
    void stage(const Var& loss, bool retain_graph);
    void keep_staged() noexcept;
    void prepare(const std::vector<Array>& grads);
    void update_all();
    Array read(detail::StateReader& reader, const std::string& list, std::size_t k, detail::Need need);

    /// What there is one of for each parameter, and the rates of groups.
    struct Held {
        Vars parameters;
        std::vector<std::size_t> group_of;
        std::vector<detail::Standing> before;  ///< when it was added
        std::vector<Array> grads, staged;      ///< those kept, and those of a backward that is not done yet
        std::vector<Rates> rates;
    };
    Held held_;
    std::optional<double> own_lr_, own_initial_lr_;  ///< of the one group of an optimizer without groups
    detail::Numbers numbers_;
    std::vector<List> lists_;
    bool fresh_ = true, has_grads_ = false;
    std::int64_t n_step_ = 0;
};

/// Jittor's v.opt_grad(optimizer): find_grad.
Var opt_grad(const Var& v, const Optimizer& optimizer);

}  // namespace jt::nn
