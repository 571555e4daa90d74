//! Floor 3: experiments and the stages of the method.
