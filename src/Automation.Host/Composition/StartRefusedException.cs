namespace Automation.Host.Composition;

/// <summary>The program cannot start as it was asked to: one line for the person who asked, and exit code 2.</summary>
public sealed class StartRefusedException : Exception
{
    public StartRefusedException()
    {
    }

    public StartRefusedException(string message)
        : base(message)
    {
    }

    public StartRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
