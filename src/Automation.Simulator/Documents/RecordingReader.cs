namespace Automation.Simulator.Documents;

/// <summary>Reads a recording of a real device.</summary>
internal static class RecordingReader
{
    /// <exception cref="SimulatorException">It is not there, or not a recording.</exception>
    public static RecordedDocuments Read(SimulatedDevice device, string? baseFolder) => throw new SimulatorException($"Device {device.Id}: recordings cannot be read yet ({baseFolder}).");
}
