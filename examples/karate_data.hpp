// Zachary's karate club: who met whom outside of it, and whom each member followed when it split.
#pragma once
#include <minijt/minijt.hpp>

/// The 78 friendships of its 34 members, int32 (78, 2): W. W. Zachary, An Information Flow Model for Conflict and
/// Fission in Small Groups, Journal of Anthropological Research 33 (1977), 452-473. Member 0 is Mr. Hi, the
/// instructor, and member 33 the officer.
jt::Var karate_friends();
/// int32 (34,): 0 for those who went with Mr. Hi, 1 for those who stayed with the officer.
jt::Var karate_factions();
