namespace Automation.Simulator;

/// <summary>How the simulated devices are run; which devices there are is in the <see cref="SimulatorFile"/>.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Port of the control API on loopback.</summary>
    /// <value>0 to 65535; 0, the default, takes any free port.</value>
    public int ControlPort { get; init; }

    /// <summary>Whether small stories are played by themselves.</summary>
    public bool PlayStory { get; init; }

    /// <summary>From the beginning of one story to the beginning of the next.</summary>
    /// <value>At least 1 second. Default 20 s: a newcomer sees rules fire within half a minute.</value>
    public TimeSpan StoryEvery { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Password of every device. Null: each device's <c>passwordEnv</c> names the environment variable to read.</summary>
    public string? Password { get; init; }

    /// <summary>Folder that <c>documents</c> paths of the devices file start from. Null: the current folder.</summary>
    public string? BaseFolder { get; init; }
}
