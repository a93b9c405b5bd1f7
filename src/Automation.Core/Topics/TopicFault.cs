namespace Automation.Core.Topics;

/// <summary>Why a topic name or filter is refused.</summary>
public enum TopicFault
{
    None = 0,

    /// <summary>At least one character is needed (MQTT 5.0 §4.7.3).</summary>
    Empty,

    /// <summary>More than <see cref="TopicName.MaximumBytes"/>.</summary>
    TooLong,

    /// <summary>More than <see cref="TopicName.MaximumLevels"/>.</summary>
    TooManyLevels,

    /// <summary>U+0000.</summary>
    NullCharacter,

    NotUtf8,

    /// <summary>U+0001 to U+001F or U+007F to U+009F: MQTT 5.0 §1.5.4 lets a server refuse them, and nobody can see them in a log.</summary>
    ControlCharacter,

    /// <summary>A name with <c>+</c> or <c>#</c>, or a filter where one of them is not a whole level, or <c>#</c> is not the last.</summary>
    Wildcard,

    /// <summary><c>$share</c> without a name, with a wildcard in the name, or without a filter (MQTT 5.0 §4.8.2).</summary>
    Share,
}
